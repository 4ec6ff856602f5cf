//! Converters: the functions that yield a value.

mod all;
mod any;
mod base64_encode;
mod bool;
mod coalesce;
mod community_id;
mod concat;
mod contains_value;
mod convert_attributes_to_elements_xml;
mod convert_case;
mod convert_text_to_elements_xml;
mod day;
mod decode;
mod double;
mod duration;
mod ec2;
mod ewma;
mod extract_grok_patterns;
mod extract_patterns;
mod filter;
mod find;
mod fnv;
mod format;
mod format_time;
mod get_xml;
mod has_attr_key_on_datapoint;
mod has_attr_on_datapoint;
mod has_prefix;
mod has_suffix;
mod hex;
mod hour;
mod hours;
mod index;
mod insert_xml;
mod int;
mod is_bool;
mod is_double;
mod is_empty;
mod is_in_cidr;
mod is_int;
mod is_list;
mod is_map;
mod is_match;
mod is_root_span;
mod is_string;
mod is_valid_luhn;
mod k8s;
mod keys;
mod len;
mod log;
mod lookup;
mod map_each;
mod map_keys;
mod md5;
mod microseconds;
mod milliseconds;
mod minute;
mod minutes;
mod month;
mod murmur3_hash;
mod murmur3_hash128;
mod nanosecond;
mod nanoseconds;
mod now;
mod parse_cef;
mod parse_clf;
mod parse_csv;
mod parse_elf;
mod parse_int;
mod parse_json;
mod parse_key_value;
mod parse_leef;
mod parse_severity;
mod parse_simplified_xml;
mod parse_xml;
mod profile_id;
mod reduce;
mod regex_replace;
mod remove_xml;
mod second;
mod seconds;
mod sha1;
mod sha256;
mod sha512;
mod slice_to_map;
mod sort;
mod span_id;
mod split;
mod string;
mod substring;
mod time;
mod to_camel_case;
mod to_key_value_string;
mod to_lower_case;
mod to_snake_case;
mod to_upper_case;
mod trace_id;
mod trim;
mod trim_prefix;
mod trim_suffix;
mod truncate_time;
mod unix;
mod unix_micro;
mod unix_milli;
mod unix_nano;
mod unix_seconds;
mod url;
mod user_agent;
mod uuid;
mod uuidv7;
mod values;
mod weekday;
mod when;
mod xxh128;
mod xxh3;
mod year;
mod z_score;

use ottl_vm::function::Function;

/// The list: a line a function.
pub(crate) const FUNCTIONS: &[&Function] = &[
    &all::FUNCTION,
    &any::FUNCTION,
    &base64_encode::FUNCTION,
    &bool::FUNCTION,
    &coalesce::FUNCTION,
    &community_id::FUNCTION,
    &concat::FUNCTION,
    &contains_value::FUNCTION,
    &convert_attributes_to_elements_xml::FUNCTION,
    &convert_case::FUNCTION,
    &convert_text_to_elements_xml::FUNCTION,
    &day::FUNCTION,
    &decode::FUNCTION,
    &double::FUNCTION,
    &duration::FUNCTION,
    &ec2::FUNCTION,
    &ewma::FUNCTION,
    &extract_grok_patterns::FUNCTION,
    &extract_patterns::FUNCTION,
    &filter::FUNCTION,
    &find::FUNCTION,
    &fnv::FUNCTION,
    &format::FUNCTION,
    &format_time::FUNCTION,
    &get_xml::FUNCTION,
    &has_prefix::FUNCTION,
    &has_suffix::FUNCTION,
    &hex::FUNCTION,
    &hour::FUNCTION,
    &hours::FUNCTION,
    &index::FUNCTION,
    &insert_xml::FUNCTION,
    &int::FUNCTION,
    &is_bool::FUNCTION,
    &is_double::FUNCTION,
    &is_empty::FUNCTION,
    &is_in_cidr::FUNCTION,
    &is_int::FUNCTION,
    &is_list::FUNCTION,
    &is_map::FUNCTION,
    &is_match::FUNCTION,
    &is_string::FUNCTION,
    &is_valid_luhn::FUNCTION,
    &k8s::FUNCTION,
    &keys::FUNCTION,
    &len::FUNCTION,
    &log::FUNCTION,
    &lookup::FUNCTION,
    &map_each::FUNCTION,
    &map_keys::FUNCTION,
    &md5::FUNCTION,
    &microseconds::FUNCTION,
    &milliseconds::FUNCTION,
    &minute::FUNCTION,
    &minutes::FUNCTION,
    &month::FUNCTION,
    &murmur3_hash::FUNCTION,
    &murmur3_hash128::FUNCTION,
    &nanosecond::FUNCTION,
    &nanoseconds::FUNCTION,
    &now::FUNCTION,
    &parse_cef::FUNCTION,
    &parse_clf::FUNCTION,
    &parse_csv::FUNCTION,
    &parse_elf::FUNCTION,
    &parse_int::FUNCTION,
    &parse_json::FUNCTION,
    &parse_key_value::FUNCTION,
    &parse_leef::FUNCTION,
    &parse_severity::FUNCTION,
    &parse_simplified_xml::FUNCTION,
    &parse_xml::FUNCTION,
    &profile_id::FUNCTION,
    &reduce::FUNCTION,
    &regex_replace::FUNCTION,
    &remove_xml::FUNCTION,
    &second::FUNCTION,
    &seconds::FUNCTION,
    &sha1::FUNCTION,
    &sha256::FUNCTION,
    &sha512::FUNCTION,
    &slice_to_map::FUNCTION,
    &sort::FUNCTION,
    &span_id::FUNCTION,
    &split::FUNCTION,
    &string::FUNCTION,
    &substring::FUNCTION,
    &time::FUNCTION,
    &to_camel_case::FUNCTION,
    &to_key_value_string::FUNCTION,
    &to_lower_case::FUNCTION,
    &to_snake_case::FUNCTION,
    &to_upper_case::FUNCTION,
    &trace_id::FUNCTION,
    &trim::FUNCTION,
    &trim_prefix::FUNCTION,
    &trim_suffix::FUNCTION,
    &truncate_time::FUNCTION,
    &unix::FUNCTION,
    &unix_micro::FUNCTION,
    &unix_milli::FUNCTION,
    &unix_nano::FUNCTION,
    &unix_seconds::FUNCTION,
    &url::FUNCTION,
    &user_agent::FUNCTION,
    &uuid::FUNCTION,
    &uuidv7::FUNCTION,
    &values::FUNCTION,
    &weekday::FUNCTION,
    &when::FUNCTION,
    &xxh128::FUNCTION,
    &xxh3::FUNCTION,
    &year::FUNCTION,
    &is_root_span::FUNCTION,
    &has_attr_key_on_datapoint::FUNCTION,
    &has_attr_on_datapoint::FUNCTION,
    &z_score::FUNCTION,
];
