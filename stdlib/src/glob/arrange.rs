//! From a pattern's tree to matchers, by the reference's rules.

use super::matcher::{Matcher, Tree};
use super::parse::Part;

/// The matcher of a part.
pub(super) fn arrange(part: &Part) -> Result<Matcher, String> {
    Ok(match part {
        Part::Text(text) => Matcher::Text(text.clone().into_bytes()),
        Part::Any | Part::Super => Matcher::Super,
        Part::Single => Matcher::Single,
        Part::List { characters, not } => match (&characters[..], not) {
            ([one], false) => Matcher::Text(one.to_string().into_bytes()),
            _ => Matcher::List {
                characters: characters.clone(),
                not: *not,
            },
        },
        Part::Range { low, high, not } => Matcher::Range {
            low: *low,
            high: *high,
            not: *not,
        },
        Part::Nothing => Matcher::Nothing,
        Part::AnyOf(alternatives) => {
            if let Some(simpler) = factored(alternatives) {
                return arrange(&simpler);
            }
            let mut matchers = arrange_all(alternatives)?;
            match matchers.len() {
                1 => matchers.remove(0),
                _ => Matcher::AnyOf(matchers),
            }
        }
        Part::Pattern(parts) if parts.is_empty() => Matcher::Nothing,
        Part::Pattern(parts) => simplified(sequence(glued(arrange_all(parts)?))?),
    })
}

fn arrange_all(parts: &[Part]) -> Result<Vec<Matcher>, String> {
    parts.iter().map(arrange).collect()
}

/// Alternatives with what they have in common at their beginning and end taken out. `None` if that is
/// nothing, or some of them is no pattern any more.
fn factored(alternatives: &[Part]) -> Option<Part> {
    let patterns: Option<Vec<&[Part]>> = alternatives
        .iter()
        .map(|part| match part {
            Part::Pattern(parts) => Some(&parts[..]),
            _ => None,
        })
        .collect();
    let patterns = patterns?;
    let (left, right) = common(&patterns);
    if left == 0 && right == 0 {
        return None;
    }
    let first = patterns[0];
    let mut result = Vec::new();
    if left > 0 {
        result.push(Part::Pattern(first[..left].to_vec()));
    }
    let mut rest: Vec<Part> = Vec::new();
    for pattern in &patterns {
        let middle = &pattern[left..pattern.len() - right];
        let part = match middle {
            [] => Part::Nothing,
            middle => Part::Pattern(middle.to_vec()),
        };
        if !rest.contains(&part) {
            rest.push(part);
        }
    }
    match rest.len() {
        1 => result.extend(rest.into_iter().filter(|part| *part != Part::Nothing)),
        _ => result.push(Part::AnyOf(rest)),
    }
    if right > 0 {
        result.push(Part::Pattern(first[first.len() - right..].to_vec()));
    }
    Some(Part::Pattern(result))
}

/// How many parts patterns have in common at the beginning and at the end.
fn common(patterns: &[&[Part]]) -> (usize, usize) {
    let shortest = patterns.iter().map(|pattern| pattern.len()).min();
    let (Some(length), true) = (shortest, patterns.len() > 1) else {
        return (0, 0);
    };
    let (mut left, mut right) = (0, 0);
    let (mut left_ends, mut right_ends) = (false, false);
    for i in 0..length {
        if left + right >= length || (left_ends && right_ends) {
            break;
        }
        let from_end = length - 1 - i;
        let all = |part: &dyn Fn(&[Part]) -> Part| {
            patterns
                .iter()
                .all(|pattern| part(pattern) == part(patterns[0]))
        };
        left_ends = left_ends || !all(&|pattern| pattern[i].clone());
        right_ends = right_ends
            || (!left_ends && from_end <= i)
            || !all(&|pattern| pattern[pattern.len() - 1 - i].clone());
        left += usize::from(!left_ends);
        right += usize::from(!right_ends);
    }
    (left, right)
}

/// Runs of matchers joined to one, the longest first, until none can be joined.
fn glued(mut matchers: Vec<Matcher>) -> Vec<Matcher> {
    loop {
        let mut best: Option<(std::ops::Range<usize>, Matcher)> = None;
        for start in 0..matchers.len() {
            for end in (start + 1..=matchers.len()).rev() {
                let Some(joined) = Joined::new(&matchers[start..end]) else {
                    continue;
                };
                let is_better = best.as_ref().is_none_or(|(range, known)| {
                    let is_longer =
                        matches!((known.length(), joined.length()), (Some(a), Some(b)) if b > a);
                    is_longer || range.len() < end - start
                });
                if is_better {
                    best = Some((start..end, joined.sample()));
                }
            }
        }
        let Some((range, sample)) = best else {
            return matchers;
        };
        let run: Vec<Matcher> = matchers.splice(range.clone(), []).collect();
        let joined = match sample {
            Matcher::Row(_, length) => Matcher::Row(run, length),
            other => other,
        };
        matchers.insert(range.start, joined);
    }
}

/// What a run of matchers can be joined to.
enum Joined {
    Whole(Matcher),
    /// A row of this length.
    Row(usize),
}

impl Joined {
    fn new(run: &[Matcher]) -> Option<Joined> {
        if run.len() <= 1 {
            return None;
        }
        if let Some(every) = every(run) {
            return Some(Joined::Whole(every));
        }
        let lengths: Option<Vec<usize>> = run.iter().map(Matcher::length).collect();
        lengths.map(|lengths| Joined::Row(lengths.iter().sum()))
    }

    fn length(&self) -> Option<usize> {
        match self {
            Joined::Whole(matcher) => matcher.length(),
            Joined::Row(length) => Some(*length),
        }
    }

    /// The matcher; a row without its matchers yet.
    fn sample(self) -> Matcher {
        match self {
            Joined::Whole(matcher) => matcher,
            Joined::Row(length) => Matcher::Row(Vec::new(), length),
        }
    }
}

/// A run of stars, question marks and excluded characters as counts of characters. Excluded characters
/// become an excluded text, as for the reference.
fn every(run: &[Matcher]) -> Option<Matcher> {
    let mut has_super = false;
    let mut count = 0;
    let mut excluded: Option<&[char]> = None;
    for matcher in run {
        let characters: &[char] = match matcher {
            Matcher::Super => {
                has_super = true;
                &[]
            }
            Matcher::Single => {
                count += 1;
                &[]
            }
            Matcher::List {
                characters,
                not: true,
            } => {
                count += 1;
                characters
            }
            _ => return None,
        };
        if **excluded.get_or_insert(characters) != *characters {
            return None;
        }
    }
    let excluded = excluded.unwrap_or_default();
    if count == 0 {
        return Some(Matcher::Super);
    }
    if has_super && excluded.is_empty() {
        return Some(Matcher::Min(count));
    }
    let mut all = vec![Matcher::Min(count)];
    if !has_super {
        all.push(Matcher::Max(count));
    }
    if !excluded.is_empty() {
        let needle: String = excluded.iter().collect();
        all.push(Matcher::Contains {
            needle: needle.into_bytes(),
            not: true,
        });
    }
    Some(Matcher::EveryOf(all))
}

/// Matchers one after the other as a tree around the longest of known length.
fn sequence(mut matchers: Vec<Matcher>) -> Result<Matcher, String> {
    if matchers.len() <= 1 {
        return matchers
            .pop()
            .ok_or_else(|| "compile error: need at least one matcher".to_owned());
    }
    match Joined::new(&matchers) {
        Some(Joined::Whole(matcher)) => return Ok(matcher),
        Some(Joined::Row(length)) => return Ok(Matcher::Row(matchers, length)),
        None => {}
    }
    let known = matchers
        .iter()
        .enumerate()
        .filter_map(|(at, matcher)| Some((matcher.length()?, at)));
    let Some((_, at)) = known.max() else {
        let rest = matchers.split_off(1);
        let first = matchers.remove(0);
        let tree = Tree::new(first, None, Some(sequence(rest)?));
        return Ok(Matcher::Tree(Box::new(tree)));
    };
    let right = matchers.split_off(at + 1);
    let value = matchers.remove(at);
    let side = |matchers: Vec<Matcher>| match matchers.is_empty() {
        true => Ok(None),
        false => sequence(matchers).map(Some),
    };
    Ok(Matcher::Tree(Box::new(Tree::new(
        value,
        side(matchers)?,
        side(right)?,
    ))))
}

/// Trees around a text as the simpler matchers that they are.
fn simplified(matcher: Matcher) -> Matcher {
    let mut tree = match matcher {
        Matcher::Tree(tree) => tree,
        other => return other,
    };
    tree.left = tree.left.map(simplified);
    tree.right = tree.right.map(simplified);
    let Matcher::Text(text) = &tree.value else {
        return Matcher::Tree(tree);
    };
    let text = text.clone();
    match (tree.left.take(), tree.right.take()) {
        (None, None) => Matcher::Text(text),
        (Some(Matcher::Super), Some(Matcher::Super)) => Matcher::Contains {
            needle: text,
            not: false,
        },
        (Some(Matcher::Super), None) => Matcher::Suffix(text),
        (None, Some(Matcher::Super)) => Matcher::Prefix(text),
        (None, Some(Matcher::Suffix(suffix))) => Matcher::PrefixSuffix(text, suffix),
        (Some(Matcher::Prefix(prefix)), None) => Matcher::PrefixSuffix(prefix, text),
        (left, right) => {
            tree.left = left;
            tree.right = right;
            Matcher::Tree(tree)
        }
    }
}
