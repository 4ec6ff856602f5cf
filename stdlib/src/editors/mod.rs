//! Editors: the functions that begin a statement and change the record.

mod append;
mod clear;
mod delete_index;
mod delete_key;
mod delete_matching_keys;
mod flatten;
mod keep_keys;
mod keep_matching_keys;
mod limit;
mod merge_maps;
mod replace_all_patterns;
mod replace_pattern;
mod set;
mod stringify_all;
mod truncate_all;

use ottl_vm::function::Function;

/// The list: a line a function.
pub(crate) const FUNCTIONS: &[&Function] = &[
    &append::FUNCTION,
    &clear::FUNCTION,
    &delete_index::FUNCTION,
    &delete_key::FUNCTION,
    &delete_matching_keys::FUNCTION,
    &flatten::FUNCTION,
    &keep_keys::FUNCTION,
    &keep_matching_keys::FUNCTION,
    &limit::FUNCTION,
    &merge_maps::FUNCTION,
    &replace_all_patterns::FUNCTION,
    &replace_pattern::FUNCTION,
    &set::FUNCTION,
    &stringify_all::FUNCTION,
    &truncate_all::FUNCTION,
];
