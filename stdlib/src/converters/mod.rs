//! Converters: the functions that yield a value.

mod bool;
mod coalesce;
mod concat;
mod day;
mod double;
mod duration;
mod has_prefix;
mod has_suffix;
mod hour;
mod hours;
mod int;
mod is_bool;
mod is_double;
mod is_empty;
mod is_int;
mod is_list;
mod is_map;
mod is_match;
mod is_string;
mod len;
mod md5;
mod microseconds;
mod milliseconds;
mod minute;
mod minutes;
mod month;
mod nanosecond;
mod nanoseconds;
mod now;
mod parse_json;
mod second;
mod seconds;
mod sha1;
mod sha256;
mod sha512;
mod split;
mod string;
mod substring;
mod time;
mod to_lower_case;
mod to_upper_case;
mod unix;
mod unix_micro;
mod unix_milli;
mod unix_nano;
mod unix_seconds;
mod weekday;
mod year;

use ottl_vm::function::Function;

/// The list: a line a function.
pub(crate) const FUNCTIONS: &[&Function] = &[
    &bool::FUNCTION,
    &coalesce::FUNCTION,
    &concat::FUNCTION,
    &day::FUNCTION,
    &double::FUNCTION,
    &duration::FUNCTION,
    &has_prefix::FUNCTION,
    &has_suffix::FUNCTION,
    &hour::FUNCTION,
    &hours::FUNCTION,
    &int::FUNCTION,
    &is_bool::FUNCTION,
    &is_double::FUNCTION,
    &is_empty::FUNCTION,
    &is_int::FUNCTION,
    &is_list::FUNCTION,
    &is_map::FUNCTION,
    &is_match::FUNCTION,
    &is_string::FUNCTION,
    &len::FUNCTION,
    &md5::FUNCTION,
    &microseconds::FUNCTION,
    &milliseconds::FUNCTION,
    &minute::FUNCTION,
    &minutes::FUNCTION,
    &month::FUNCTION,
    &nanosecond::FUNCTION,
    &nanoseconds::FUNCTION,
    &now::FUNCTION,
    &parse_json::FUNCTION,
    &second::FUNCTION,
    &seconds::FUNCTION,
    &sha1::FUNCTION,
    &sha256::FUNCTION,
    &sha512::FUNCTION,
    &split::FUNCTION,
    &string::FUNCTION,
    &substring::FUNCTION,
    &time::FUNCTION,
    &to_lower_case::FUNCTION,
    &to_upper_case::FUNCTION,
    &unix::FUNCTION,
    &unix_micro::FUNCTION,
    &unix_milli::FUNCTION,
    &unix_nano::FUNCTION,
    &unix_seconds::FUNCTION,
    &weekday::FUNCTION,
    &year::FUNCTION,
];
