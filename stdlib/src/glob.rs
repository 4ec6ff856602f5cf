//! Globs as `replace_match` takes them: the patterns of gobwas/glob without separators, with its answers.
//!
//! A pattern is read into a tree (`parse`), the tree is arranged into matchers (`arrange`), and those
//! match. The arrangement can be seen in the answers where a pattern has alternatives with stars inside or
//! characters of several bytes, so it follows the reference's rules step by step.

mod arrange;
mod matcher;
mod parse;

use matcher::Matcher;

/// A compiled glob.
pub(crate) struct Glob(Matcher);

impl Glob {
    /// Compiles a pattern: `*` and `**` stand for any text, `?` for a character, `[abc]`, `[!abc]`, `[a-z]`
    /// and `[!a-z]` for one of some characters, `{a,b}` for one of some patterns; a backslash takes a
    /// character as it is.
    pub(crate) fn new(pattern: &[u8]) -> Result<Glob, String> {
        Ok(Glob(arrange::arrange(&parse::parse(pattern)?)?))
    }

    /// Whether the pattern matches the whole text.
    pub(crate) fn is_match(&self, text: &[u8]) -> bool {
        self.0.is_match(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matches() {
        for (pattern, text, expected) in [
            ("", "", true),
            ("", "a", false),
            ("*", "", true),
            ("a*", "abc", true),
            ("*a", "cba", true),
            ("a*c", "abc", true),
            ("a*c", "abd", false),
            ("*b*", "abc", true),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("?", "é", true),
            ("[a-c]x", "bx", true),
            ("[!a-c]x", "bx", false),
            ("[abc]", "d", false),
            ("[!abc]", "d", true),
            ("{a,b*}c", "bxc", true),
            ("{a,b}c", "ac", true),
            ("{a,b", "a", true),
            ("a\\*", "a*", true),
            ("a\\*", "ab", false),
            ("a*b*c*d", "a1b2c3d", true),
            ("a*b*c*d", "a1c2b3d", false),
        ] {
            let glob = Glob::new(pattern.as_bytes()).expect(pattern);
            assert_eq!(glob.is_match(text.as_bytes()), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn refuses() {
        let deep = "{".repeat(1000);
        let long = "?a".repeat(1000);
        for pattern in [
            "[", "[]", "[a", "[b-a]", "[!]", "[a-]", "[a-bc]", &deep, &long,
        ] {
            assert!(Glob::new(pattern.as_bytes()).is_err(), "{pattern}");
        }
        assert!(Glob::new(b"a\xff").is_err());
    }
}
