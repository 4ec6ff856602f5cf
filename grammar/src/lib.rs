//! OTTL text to a spanned syntax tree.
