//! Every bound of the library, with its unit.

/// How many patterns that are not literals a call site keeps compiled, per worker. With more in turn,
/// the oldest is compiled again.
pub(crate) const DYNAMIC_PATTERNS_MAX: usize = 32;

/// Count that a repetition in a pattern may ask for, nested ones multiplied. The reference's bound.
pub(crate) const REGEX_REPEAT_MAX: u32 = 1000;

/// Height of a pattern's syntax tree, in nodes. The reference's bound.
pub(crate) const REGEX_HEIGHT_MAX: u32 = 1000;

/// Size of a pattern's program with repetitions written out, in instructions. The reference's
/// bound: 128 MiB of instructions of 40 bytes.
pub(crate) const REGEX_INSTRUCTIONS_MAX: u64 = (128 << 20) / 40;

/// Range ends of all classes in a pattern, in code points. The reference's bound: 128 MiB of code
/// points of 4 bytes.
pub(crate) const REGEX_CLASS_RUNES_MAX: usize = (128 << 20) / 4;

/// Size of the automaton of a pattern, in bytes. A pattern that the reference accepts but that
/// exceeds this is refused as too large.
pub(crate) const REGEX_NFA_BYTES_MAX: usize = 64 << 20;

/// Memory for states of a pattern's lazy automaton, in bytes a worker and direction.
pub(crate) const REGEX_DFA_CACHE_BYTES_MAX: usize = 2 << 20;

/// Height of a syntax tree up to which its automaton is built on the caller's stack, in nodes.
pub(crate) const REGEX_INLINE_HEIGHT_MAX: u32 = 100;

/// Stack for building the automaton of a higher tree, in bytes.
pub(crate) const REGEX_BUILD_STACK_BYTES: usize = 32 << 20;

/// Memory for compiled patterns that are not literals, in bytes a call site and worker. A single
/// pattern may take more.
pub(crate) const REGEX_DYNAMIC_BYTES_MAX: usize = 32 << 20;

/// Width, precision and value number in a format of `Format`, in characters. The reference's bound.
pub(crate) const FORMAT_WIDTH_MAX: usize = 1_000_000;

/// Parameters of a query that `URL` reads. The reference's bound.
pub(crate) const QUERY_PARAMETERS_MAX: usize = 10_000;

/// Alternatives inside of each other in a glob.
pub(crate) const GLOB_DEPTH_MAX: usize = 100;

/// Parts of a glob: texts, stars, classes and the marks of alternatives.
pub(crate) const GLOB_PARTS_MAX: usize = 500;

/// Elements inside of each other in an XML text. The reference's bound where it makes values of them.
pub(crate) const XML_DEPTH_MAX: usize = 10_000;

/// Elements inside of each other that become values; more would nest values too deeply.
pub(crate) const XML_VALUE_DEPTH_MAX: usize = 60;

/// XML text that a function yields, in bytes.
pub(crate) const XML_OUTPUT_BYTES_MAX: usize = 64 << 20;

/// Terms of an XPath expression.
pub(crate) const XPATH_TERMS_MAX: usize = 4096;

/// Expressions inside of each other in an XPath expression. The reference's bound.
pub(crate) const XPATH_DEPTH_MAX: usize = 200;

/// Queries inside of each other that an XPath expression is made of. The reference's bound.
pub(crate) const XPATH_QUERY_DEPTH_MAX: usize = 1024;

/// Nodes that an XPath expression looks at, all in all.
pub(crate) const XPATH_STEPS_MAX: u64 = 10_000_000;

/// Series of values that a call remembers, in series.
pub(crate) const SERIES_MAX: usize = 16_384;

/// A window of `ZScore`, in values. All of them are looked at for every value.
pub(crate) const WINDOW_MAX: usize = 1024;

/// The windows of a call of `ZScore`, in values of 8 bytes: the longer they are, the fewer series.
pub(crate) const WINDOWS_VALUES_MAX: usize = 1 << 22;

/// Counts of one bucket that `convert_exponential_histogram_to_histogram` puts at random one by one. Of more
/// the rest is put evenly.
pub(crate) const RANDOM_PLACES_MAX: u64 = 256;

/// Rules for user agents whose memory for searching a call site keeps, per worker and set of rules.
pub(crate) const USER_AGENT_CACHES_MAX: usize = 64;

/// Rounds in which the parts of a grok pattern are replaced. The reference's bound.
pub(crate) const GROK_ROUNDS_MAX: usize = 1000;

/// Length of a grok pattern with its parts replaced, in bytes.
pub(crate) const GROK_EXPANDED_BYTES_MAX: usize = 256 << 10;

/// A text that comes of replacing the matches in another: bytes, as far as the replacements go. Each match may be
/// replaced by more than the text was.
pub(crate) const REPLACED_BYTES_MAX: usize = 64 << 20;
