//! Every bound on reading configurations, with its unit.

/// Nodes of one configuration, aliases written out: keeps a small file of nested aliases from growing without end.
pub const NODES_MAX: usize = 200_000;

/// Nested lists and maps of one configuration.
pub const NESTING_MAX: usize = 200;

/// Replacements of `${…}` in one value: keeps variables that name each other from growing without end.
pub const EXPANSIONS_MAX: usize = 1_000;

/// Bytes of one value after its `${…}` were replaced.
pub const EXPANDED_BYTES_MAX: usize = 1 << 20;

/// Bytes of a component's name, what follows the `/` of its id; the collector's own limit.
pub const NAME_BYTES_MAX: usize = 1024;
