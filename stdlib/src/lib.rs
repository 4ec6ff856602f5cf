//! OTTL editors and converters.
