//! The name that was probably meant, by its spelling.

use std::cmp::Reverse;

/// Letters of a name that are compared; what is longer is not a misspelling of anything.
const NAME_LETTERS_MAX: usize = 64;

/// The candidate that few typing errors lead from to `name`; first of all one that is the same in other letter case
/// or without underscores.
///
/// ```
/// use ottl_vm::text::nearest::nearest;
/// assert_eq!(nearest("attribtues", ["attributes", "body"]), Some("attributes"));
/// assert_eq!(nearest("colour", ["body"]), None);
/// ```
pub fn nearest<'c>(name: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let plain = plain(name);
    if plain.is_empty() || plain.len() > NAME_LETTERS_MAX {
        return None;
    }
    let close = candidates.into_iter().filter_map(|candidate| {
        let other = self::plain(candidate);
        let distance = distance(&plain, &other)?;
        // A third of the letters may be wrong; of short names, one.
        let allowed = (plain.len().max(other.len()) / 3).max(1);
        let common = plain.iter().zip(&other).take_while(|(a, b)| a == b).count();
        let is_near = distance == 0 || (distance <= allowed && plain.len() > 1);
        is_near.then_some((distance, Reverse(common), candidate))
    });
    close
        .min_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)))
        .map(|(.., candidate)| candidate)
}

/// The letters of a name that are compared.
pub fn plain(name: &str) -> Vec<char> {
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
