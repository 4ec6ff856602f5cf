//! Editors: the functions that begin a statement and change the record.

mod append;
mod clear;
mod convert_gauge_to_sum;
mod convert_sum_to_gauge;
mod convert_summary_count_val_to_sum;
mod convert_summary_sum_val_to_sum;
mod copy_metric;
mod delete_index;
mod delete_key;
mod delete_matching_keys;
mod extract_count_metric;
mod extract_sum_metric;
mod flatten;
mod keep_keys;
mod keep_matching_keys;
mod limit;
mod merge_maps;
mod replace_all_matches;
mod replace_all_patterns;
mod replace_match;
mod replace_pattern;
mod set;
mod stringify_all;
mod truncate_all;

use ottl_vm::function::Function;

/// The list: a line a function.
pub(crate) const FUNCTIONS: &[&Function] = &[
    &append::FUNCTION,
    &clear::FUNCTION,
    &convert_gauge_to_sum::FUNCTION,
    &convert_sum_to_gauge::FUNCTION,
    &convert_summary_count_val_to_sum::FUNCTION,
    &convert_summary_sum_val_to_sum::FUNCTION,
    &copy_metric::FUNCTION,
    &delete_index::FUNCTION,
    &delete_key::FUNCTION,
    &delete_matching_keys::FUNCTION,
    &extract_count_metric::FUNCTION,
    &extract_sum_metric::FUNCTION,
    &flatten::FUNCTION,
    &keep_keys::FUNCTION,
    &keep_matching_keys::FUNCTION,
    &limit::FUNCTION,
    &merge_maps::FUNCTION,
    &replace_all_matches::FUNCTION,
    &replace_all_patterns::FUNCTION,
    &replace_match::FUNCTION,
    &replace_pattern::FUNCTION,
    &set::FUNCTION,
    &stringify_all::FUNCTION,
    &truncate_all::FUNCTION,
];
