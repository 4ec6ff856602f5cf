//! Finds the name that was probably meant.

use std::cmp::Reverse;

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

/// Letters of a name that are compared; what is longer is not a misspelling of anything.
const NAME_LETTERS_MAX: usize = 64;

/// The candidate that `name` was probably meant to be, if one is near enough: the same in other letter case or
/// without underscores, a known look-alike, or one that few typing errors lead to.
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
    let plain = plain(name);
    if plain.is_empty() || plain.len() > NAME_LETTERS_MAX {
        return None;
    }
    if let Some(same) = candidates
        .iter()
        .find(|candidate| self::plain(candidate) == plain)
    {
        return Some(same);
    }
    let alike = LOOK_ALIKES
        .iter()
        .filter(|(wrong, _)| self::plain(wrong) == plain);
    if let Some(known) = alike
        .filter_map(|(_, right)| candidates.iter().find(|one| one == &right))
        .next()
    {
        return Some(known);
    }
    let close = candidates.into_iter().filter_map(|candidate| {
        let other = self::plain(candidate);
        let distance = distance(&plain, &other)?;
        // A third of the letters may be wrong; of short names, one.
        let allowed = (plain.len().max(other.len()) / 3).max(1);
        let common = plain.iter().zip(&other).take_while(|(a, b)| a == b).count();
        (distance <= allowed && plain.len() > 1).then_some((distance, Reverse(common), candidate))
    });
    close
        .min_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)))
        .map(|(.., candidate)| candidate)
}

/// The letters that are compared.
fn plain(name: &str) -> Vec<char> {
    name.chars()
        .filter(|letter| *letter != '_' && *letter != '-')
        .flat_map(char::to_lowercase)
        .collect()
}

/// The letters to insert, remove, replace or swap with their neighbour to get from one to the other.
fn distance(one: &[char], other: &[char]) -> Option<usize> {
    if other.len() > NAME_LETTERS_MAX {
        return None;
    }
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=other.len()).collect();
    for (row, letter) in one.iter().enumerate() {
        let mut current = vec![row + 1];
        for (column, against) in other.iter().enumerate() {
            let replaced = last[column] + usize::from(letter != against);
            let mut best = replaced.min(last[column + 1] + 1).min(current[column] + 1);
            let is_swap =
                row > 0 && column > 0 && letter == &other[column - 1] && &one[row - 1] == against;
            if is_swap {
                best = best.min(before_last[column - 1] + 1);
            }
            current.push(best);
        }
        before_last = std::mem::replace(&mut last, current);
    }
    last.last().copied()
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
            ("x", None),
            ("", None),
            ("completely_different", None),
        ] {
            assert_eq!(nearest(wrong, names), right, "{wrong}");
        }
        assert_eq!(nearest(&"a".repeat(10_000), names), None);
    }
}
