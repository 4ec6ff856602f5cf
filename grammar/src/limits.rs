//! Every bound of the grammar, one constant each, with its unit.

/// Longest text that is parsed, in bytes. Spans are `u32`.
pub const STATEMENT_BYTES_MAX: usize = 1 << 20;

/// Deepest syntax tree, in levels: one for each open `(`, `[`, `{`, each `=>` and each arithmetic operator that
/// the innermost node stands under or beside. The reference has no bound of its own.
pub const NESTING_MAX: usize = 128;

/// Most errors reported for one text. A text with more is not looked at any further.
pub const ERRORS_MAX: usize = 32;

/// Longest message, and longest help, of an error, in characters: they quote the text.
pub const MESSAGE_CHARS_MAX: usize = 400;
