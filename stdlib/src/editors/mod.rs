//! Editors: the functions that begin a statement and change the record.

mod aggregate_on_attribute_value;
mod aggregate_on_attributes;
mod append;
mod clear;
mod convert_exponential_histogram_to_histogram;
mod convert_gauge_to_sum;
mod convert_sum_to_gauge;
mod convert_summary_count_val_to_sum;
mod convert_summary_quantile_val_to_gauge;
mod convert_summary_sum_val_to_sum;
mod copy_metric;
mod delete_index;
mod delete_key;
mod delete_matching_keys;
mod extract_count_metric;
mod extract_percentile_metric;
mod extract_sum_metric;
mod flatten;
mod keep_keys;
mod keep_matching_keys;
mod limit;
mod merge_histogram_buckets;
mod merge_maps;
mod replace_all_matches;
mod replace_all_patterns;
mod replace_match;
mod replace_pattern;
mod scale_metric;
mod set;
mod set_semconv_span_name;
mod stringify_all;
mod truncate_all;

use ottl_vm::function::Function;

/// The list: a line a function.
pub(crate) const FUNCTIONS: &[&Function] = &[
    &aggregate_on_attribute_value::FUNCTION,
    &aggregate_on_attributes::FUNCTION,
    &append::FUNCTION,
    &clear::FUNCTION,
    &convert_exponential_histogram_to_histogram::FUNCTION,
    &convert_gauge_to_sum::FUNCTION,
    &convert_sum_to_gauge::FUNCTION,
    &convert_summary_count_val_to_sum::FUNCTION,
    &convert_summary_quantile_val_to_gauge::FUNCTION,
    &convert_summary_sum_val_to_sum::FUNCTION,
    &copy_metric::FUNCTION,
    &delete_index::FUNCTION,
    &delete_key::FUNCTION,
    &delete_matching_keys::FUNCTION,
    &extract_count_metric::FUNCTION,
    &extract_percentile_metric::FUNCTION,
    &extract_sum_metric::FUNCTION,
    &flatten::FUNCTION,
    &keep_keys::FUNCTION,
    &keep_matching_keys::FUNCTION,
    &limit::FUNCTION,
    &merge_histogram_buckets::FUNCTION,
    &merge_maps::FUNCTION,
    &replace_all_matches::FUNCTION,
    &replace_all_patterns::FUNCTION,
    &replace_match::FUNCTION,
    &replace_pattern::FUNCTION,
    &scale_metric::FUNCTION,
    &set::FUNCTION,
    &set_semconv_span_name::FUNCTION,
    &stringify_all::FUNCTION,
    &truncate_all::FUNCTION,
];
