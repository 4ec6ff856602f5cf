//! W3C trace state: `key=value` members, parsed and changed as the reference does
//! (<https://www.w3.org/TR/trace-context-1/#tracestate-header>).

/// Members of a trace state: at most.
const MEMBERS_MAX: usize = 32;

/// The members in order, or `None` for what is no trace state.
pub(super) fn parse(text: &[u8]) -> Option<Vec<(&[u8], &[u8])>> {
    let mut members: Vec<(&[u8], &[u8])> = Vec::new();
    for member in text.split(|b| *b == b',').filter(|m| !m.is_empty()) {
        let at = member.iter().position(|b| *b == b'=')?;
        let key = trim_start(&member[..at]);
        let value = trim_end(&member[at + 1..]);
        if !is_key(key) || !is_value(value) || members.iter().any(|(k, _)| *k == key) {
            return None;
        }
        members.push((key, value));
        if members.len() > MEMBERS_MAX {
            return None;
        }
    }
    Some(members)
}

/// The trace state with a member put in front; `None` if the key or the value is not allowed.
pub(super) fn insert(members: &[(&[u8], &[u8])], key: &[u8], value: &[u8]) -> Option<Vec<u8>> {
    if !is_key(key) || !is_value(value) {
        return None;
    }
    let mut kept: Vec<_> = members.iter().filter(|(k, _)| *k != key).collect();
    kept.truncate(MEMBERS_MAX - 1);
    let mut out = [key, b"=", value].concat();
    for (key, value) in kept {
        out.push(b',');
        out.extend_from_slice(key);
        out.push(b'=');
        out.extend_from_slice(value);
    }
    Some(out)
}

fn trim_start(text: &[u8]) -> &[u8] {
    let blank = text
        .iter()
        .take_while(|b| matches!(b, b' ' | b'\t'))
        .count();
    &text[blank..]
}

fn trim_end(text: &[u8]) -> &[u8] {
    let blank = text
        .iter()
        .rev()
        .take_while(|b| matches!(b, b' ' | b'\t'))
        .count();
    &text[..text.len() - blank]
}

fn is_value(value: &[u8]) -> bool {
    let allowed = |b: &u8| matches!(b, b' '..=b'~') && !matches!(b, b',' | b'=');
    value.len() <= 256 && value.iter().all(allowed) && value.last().is_some_and(|b| *b != b' ')
}

fn is_key(key: &[u8]) -> bool {
    match key.iter().position(|b| *b == b'@') {
        Some(at) => {
            let (tenant, system) = (&key[..at], &key[at + 1..]);
            is_key_part(tenant, 240, |b| {
                b.is_ascii_lowercase() || b.is_ascii_digit()
            }) && is_key_part(system, 13, |b| b.is_ascii_lowercase())
        }
        None => is_key_part(key, 255, |b| b.is_ascii_lowercase()),
    }
}

fn is_key_part(part: &[u8], rest_max: usize, is_first: impl Fn(&u8) -> bool) -> bool {
    let Some((first, rest)) = part.split_first() else {
        return false;
    };
    let is_rest = |b: &u8| {
        b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'_' | b'-' | b'*' | b'/')
    };
    is_first(first) && rest.len() <= rest_max && rest.iter().all(is_rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_move_to_the_front() {
        let members = parse(b"a=1, b=2 ,,t@s=x").expect("a trace state");
        assert_eq!(
            members,
            [(&b"a"[..], &b"1"[..]), (b"b", b"2"), (b"t@s", b"x")]
        );
        assert_eq!(
            insert(&members, b"b", b"3").expect("allowed"),
            b"b=3,a=1,t@s=x"
        );
        assert_eq!(insert(&members, b"B", b"3"), None);
        assert_eq!(parse(b"a=1,a=2"), None);
        assert_eq!(parse(b"a"), None);
    }
}
