//! Finds the name that was probably meant.

use ottl_vm::text::nearest::{self as spelling, plain};

/// Names that people write for another that stands beside it, where spelling does not help.
const LOOK_ALIKES: &[(&str, &str)] = &[
    ("Contains", "ContainsValue"),
    ("Date", "Time"),
    ("EndsWith", "HasSuffix"),
    ("Float", "Double"),
    ("Includes", "ContainsValue"),
    ("IndexOf", "Index"),
    ("IsFloat", "IsDouble"),
    ("IsNumber", "IsInt"),
    ("Join", "Concat"),
    ("Length", "Len"),
    ("Lower", "ToLowerCase"),
    ("Match", "IsMatch"),
    ("Matches", "IsMatch"),
    ("ParseDuration", "Duration"),
    ("ParseTime", "Time"),
    ("ParseTimestamp", "Time"),
    ("Regex", "IsMatch"),
    ("Size", "Len"),
    ("StartsWith", "HasPrefix"),
    ("Substr", "Substring"),
    ("ToDouble", "Double"),
    ("ToFloat", "Double"),
    ("ToInt", "Int"),
    ("ToLower", "ToLowerCase"),
    ("ToString", "String"),
    ("ToUpper", "ToUpperCase"),
    ("Upper", "ToUpperCase"),
    ("delete", "delete_key"),
    ("drop_key", "delete_key"),
    ("remove", "delete_key"),
    ("remove_key", "delete_key"),
    ("replace", "replace_pattern"),
    ("replace_all", "replace_all_patterns"),
    ("truncate", "truncate_all"),
    // Keys of the processors' configuration.
    ("log", "log_record"),
    ("log_records", "log_record"),
    ("span_event", "spanevent"),
    ("spanevents", "spanevent"),
    ("data_point", "datapoint"),
];

/// The candidate that `name` was probably meant to be, if one is near enough: the same in other letter case or
/// without underscores, a known look-alike, or one that few typing errors lead to, from
/// it or from a look-alike.
///
/// ```
/// use ottl::report::nearest;
/// assert_eq!(nearest("ParseJson", ["ParseJSON", "ParseXML"]), Some("ParseJSON"));
/// assert_eq!(nearest("ToString", ["String", "ToUpperCase"]), Some("String"));
/// assert_eq!(nearest("attribtues", ["attributes", "body"]), Some("attributes"));
/// assert_eq!(nearest("colour", ["body"]), None);
/// ```
pub fn nearest<'c>(name: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let candidates: Vec<&str> = candidates.into_iter().collect();
    let plain_name = plain(name);
    let is_same = |candidate: &&str| plain(candidate) == plain_name;
    let alike = LOOK_ALIKES
        .iter()
        .filter(|(_, right)| candidates.contains(right));
    let of_alike = |found: &[char]| {
        let found = alike.clone().find(|(wrong, _)| plain(wrong) == found);
        found.map(|(_, right)| *right)
    };
    if !candidates.iter().any(is_same)
        && let Some(known) = of_alike(&plain_name)
    {
        return Some(known);
    }
    spelling::nearest(name, candidates.iter().copied()).or_else(|| {
        let wrong = spelling::nearest(name, alike.clone().map(|(wrong, _)| *wrong))?;
        of_alike(&plain(wrong))
    })
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn names_are_found_by_case_look_and_typing_errors() {
        let names = [
            "Index",
            "IsMatch",
            "String",
            "ToLowerCase",
            "delete_key",
            "delete_matching_keys",
            "set",
            "Len",
        ];
        for (wrong, right) in [
            ("indexOf", Some("Index")),
            ("ismatch", Some("IsMatch")),
            ("isMatch", Some("IsMatch")),
            ("tostring", Some("String")),
            ("to_lower_case", Some("ToLowerCase")),
            ("delete_keys", Some("delete_key")),
            ("deletekey", Some("delete_key")),
            ("delte_key", Some("delete_key")),
            ("est", Some("set")),
            ("Length", Some("Len")),
            ("Lenght", Some("Len")),
            ("Lowr", Some("ToLowerCase")),
            ("Uper", None),
            ("x", None),
            ("", None),
            ("completely_different", None),
        ] {
            assert_eq!(nearest(wrong, names), right, "{wrong}");
        }
        assert_eq!(nearest(&"a".repeat(10_000), names), None);
    }
}
