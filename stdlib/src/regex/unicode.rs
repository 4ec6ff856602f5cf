//! Unicode classes and case folding as of Unicode 15.0, the version of Go 1.26.
//!
//! `regex-syntax` brings the tables of a newer version. A class of 15.0 is its class of today less
//! the characters assigned since, corrected for the few that changed; `tests/regex/unicode.tsv`
//! holds a digest of every class as Go has it, so a new release of the tables cannot pass unseen.

use std::sync::OnceLock;

use regex_syntax::hir::{Class, ClassUnicode, ClassUnicodeRange, HirKind};

/// General categories, as the reference names them.
const CATEGORIES: &[&str] = &[
    "C", "Cc", "Cf", "Cn", "Co", "Cs", "L", "Ll", "Lm", "Lo", "Lt", "Lu", "M", "Mc", "Me", "Mn",
    "N", "Nd", "Nl", "No", "P", "Pc", "Pd", "Pe", "Pf", "Pi", "Po", "Ps", "S", "Sc", "Sk", "Sm",
    "So", "Z", "Zl", "Zp", "Zs",
];

/// Long names of general categories in canonical spelling, and the category each stands for.
const CATEGORY_ALIASES: &[(&str, &str)] = &[
    ("Casedletter", "LC"),
    ("Closepunctuation", "Pe"),
    ("Cntrl", "Cc"),
    ("Combiningmark", "M"),
    ("Connectorpunctuation", "Pc"),
    ("Control", "Cc"),
    ("Currencysymbol", "Sc"),
    ("Dashpunctuation", "Pd"),
    ("Decimalnumber", "Nd"),
    ("Digit", "Nd"),
    ("Enclosingmark", "Me"),
    ("Finalpunctuation", "Pf"),
    ("Format", "Cf"),
    ("Initialpunctuation", "Pi"),
    ("Letter", "L"),
    ("Letternumber", "Nl"),
    ("Lineseparator", "Zl"),
    ("Lowercaseletter", "Ll"),
    ("Mark", "M"),
    ("Mathsymbol", "Sm"),
    ("Modifierletter", "Lm"),
    ("Modifiersymbol", "Sk"),
    ("Nonspacingmark", "Mn"),
    ("Number", "N"),
    ("Openpunctuation", "Ps"),
    ("Other", "C"),
    ("Otherletter", "Lo"),
    ("Othernumber", "No"),
    ("Otherpunctuation", "Po"),
    ("Othersymbol", "So"),
    ("Paragraphseparator", "Zp"),
    ("Privateuse", "Co"),
    ("Punct", "P"),
    ("Punctuation", "P"),
    ("Separator", "Z"),
    ("Spaceseparator", "Zs"),
    ("Spacingmark", "Mc"),
    ("Surrogate", "Cs"),
    ("Symbol", "S"),
    ("Titlecaseletter", "Lt"),
    ("Unassigned", "Cn"),
    ("Uppercaseletter", "Lu"),
];

/// Scripts that a pattern can name. The reference canonicalises the name before it looks it up,
/// so scripts with an underscore or an inner capital in their name cannot be reached there.
const SCRIPTS: &[&str] = &[
    "Adlam",
    "Ahom",
    "Arabic",
    "Armenian",
    "Avestan",
    "Balinese",
    "Bamum",
    "Batak",
    "Bengali",
    "Bhaiksuki",
    "Bopomofo",
    "Brahmi",
    "Braille",
    "Buginese",
    "Buhid",
    "Carian",
    "Chakma",
    "Cham",
    "Cherokee",
    "Chorasmian",
    "Common",
    "Coptic",
    "Cuneiform",
    "Cypriot",
    "Cyrillic",
    "Deseret",
    "Devanagari",
    "Dogra",
    "Duployan",
    "Elbasan",
    "Elymaic",
    "Ethiopic",
    "Georgian",
    "Glagolitic",
    "Gothic",
    "Grantha",
    "Greek",
    "Gujarati",
    "Gurmukhi",
    "Han",
    "Hangul",
    "Hanunoo",
    "Hatran",
    "Hebrew",
    "Hiragana",
    "Inherited",
    "Javanese",
    "Kaithi",
    "Kannada",
    "Katakana",
    "Kawi",
    "Kharoshthi",
    "Khmer",
    "Khojki",
    "Khudawadi",
    "Lao",
    "Latin",
    "Lepcha",
    "Limbu",
    "Lisu",
    "Lycian",
    "Lydian",
    "Mahajani",
    "Makasar",
    "Malayalam",
    "Mandaic",
    "Manichaean",
    "Marchen",
    "Medefaidrin",
    "Miao",
    "Modi",
    "Mongolian",
    "Mro",
    "Multani",
    "Myanmar",
    "Nabataean",
    "Nandinagari",
    "Newa",
    "Nko",
    "Nushu",
    "Ogham",
    "Oriya",
    "Osage",
    "Osmanya",
    "Palmyrene",
    "Phoenician",
    "Rejang",
    "Runic",
    "Samaritan",
    "Saurashtra",
    "Sharada",
    "Shavian",
    "Siddham",
    "Sinhala",
    "Sogdian",
    "Soyombo",
    "Sundanese",
    "Syriac",
    "Tagalog",
    "Tagbanwa",
    "Takri",
    "Tamil",
    "Tangsa",
    "Tangut",
    "Telugu",
    "Thaana",
    "Thai",
    "Tibetan",
    "Tifinagh",
    "Tirhuta",
    "Toto",
    "Ugaritic",
    "Vai",
    "Vithkuqi",
    "Wancho",
    "Yezidi",
    "Yi",
];

/// U+1171E AHOM CONSONANT SIGN MEDIAL RA was Mn in 15.0 and is Mc today.
const MARK_CHANGED: (char, char) = ('\u{1171E}', '\u{1171E}');

/// Assigned in 15.0, but with a case partner only since: each stands alone in 15.0.
const UNPAIRED: &[(char, char)] = &[
    ('\u{19B}', '\u{19B}'),
    ('\u{264}', '\u{264}'),
    ('\u{390}', '\u{390}'),
    ('\u{3B0}', '\u{3B0}'),
    ('\u{1FD3}', '\u{1FD3}'),
    ('\u{1FE3}', '\u{1FE3}'),
    ('\u{FB05}', '\u{FB06}'),
];

/// A class of the given inclusive ranges.
pub(super) fn class(ranges: &[(char, char)]) -> ClassUnicode {
    ClassUnicode::new(
        ranges
            .iter()
            .map(|&(start, end)| ClassUnicodeRange::new(start, end)),
    )
}

/// Every character.
pub(super) fn any() -> ClassUnicode {
    class(&[('\0', char::MAX)])
}

/// The inclusive range of code points as characters: surrogates, which no text contains, are cut
/// off. None if nothing is left.
pub(super) fn range(start: u32, end: u32) -> Option<ClassUnicodeRange> {
    let surrogate = 0xD800..=0xDFFF;
    let start = if surrogate.contains(&start) {
        0xE000
    } else {
        start
    };
    let end = if surrogate.contains(&end) {
        0xD7FF
    } else {
        end
    };
    match (char::from_u32(start), char::from_u32(end)) {
        (Some(start), Some(end)) if start <= end => Some(ClassUnicodeRange::new(start, end)),
        _ => None,
    }
}

/// The class a pattern names as `\p{name}`, or None if there is none; with its case partners if
/// case is ignored.
pub(super) fn named(name: &[u8], fold_case: bool) -> Option<ClassUnicode> {
    let name = canonical(name)?;
    let name = CATEGORY_ALIASES
        .iter()
        .find(|(alias, _)| *alias == name)
        .map_or(name.as_str(), |(_, name)| name);
    let mut set = match name {
        "Any" => any(),
        "Assigned" => assigned().clone(),
        "Ascii" => class(&[('\0', '\x7F')]),
        // Cased as it is, U+0345 excepted, which the reference does not add.
        "Lc" | "LC" => return Some(category("LC")),
        _ if CATEGORIES.contains(&name) => category(name),
        _ if SCRIPTS.contains(&name) => {
            let mut script = query(&format!(r"\p{{sc={name}}}"));
            script.intersect(assigned());
            script
        }
        _ => return None,
    };
    if fold_case {
        fold(&mut set);
    }
    Some(set)
}

/// Spaces, underscores and hyphens dropped, the first letter made a capital and the rest small.
/// None for bytes beyond ASCII: no name has any.
fn canonical(name: &[u8]) -> Option<String> {
    let mut out = String::with_capacity(name.len());
    for &byte in name {
        match byte {
            b' ' | b'_' | b'-' => {}
            128.. => return None,
            _ if out.is_empty() => out.push(byte.to_ascii_uppercase() as char),
            _ => out.push(byte.to_ascii_lowercase() as char),
        }
    }
    Some(out)
}

fn category(name: &str) -> ClassUnicode {
    if name == "Cs" {
        // Surrogates, and characters are none.
        return class(&[]);
    }
    let mut result = query(&format!(r"\p{{gc={name}}}"));
    if matches!(name, "C" | "Cn") {
        let mut unassigned = assigned().clone();
        unassigned.negate();
        result.union(&unassigned);
        return result;
    }
    result.intersect(assigned());
    match name {
        "Mc" => result.difference(&class(&[MARK_CHANGED])),
        "Mn" => result.union(&class(&[MARK_CHANGED])),
        _ => {}
    }
    result
}

/// The class that a property query of our own stands for in the tables of `regex-syntax`.
fn query(pattern: &str) -> ClassUnicode {
    match regex_syntax::parse(pattern).map(regex_syntax::hir::Hir::into_kind) {
        Ok(HirKind::Class(Class::Unicode(found))) => found,
        // A class of one character comes back as a literal.
        Ok(HirKind::Literal(literal)) => {
            let characters = std::str::from_utf8(&literal.0).unwrap_or_default().chars();
            ClassUnicode::new(characters.map(|c| ClassUnicodeRange::new(c, c)))
        }
        // Only the constant names above get here; the digest test covers each.
        _ => class(&[]),
    }
}

/// Characters assigned in Unicode 15.0.
fn assigned() -> &'static ClassUnicode {
    static ASSIGNED: OnceLock<ClassUnicode> = OnceLock::new();
    ASSIGNED.get_or_init(|| {
        let mut set = query(r"\p{age=15.0}");
        // Noncharacters have an age and are unassigned all the same.
        set.difference(&query(r"\p{gc=Cn}"));
        set
    })
}

/// Characters whose case partners of today are none in 15.0.
fn unfoldable() -> &'static ClassUnicode {
    static UNFOLDABLE: OnceLock<ClassUnicode> = OnceLock::new();
    UNFOLDABLE.get_or_init(|| {
        let mut set = assigned().clone();
        set.negate();
        set.union(&class(UNPAIRED));
        set
    })
}

/// Adds to a class everything that differs from a member in case alone.
pub(super) fn fold(set: &mut ClassUnicode) {
    let mut partners = set.clone();
    partners.difference(unfoldable());
    // Fails only without the case tables, which the dependency line asks for.
    if partners.try_case_fold_simple().is_ok() {
        set.union(&partners);
    }
}

/// The character and everything that differs from it in case alone.
pub(super) fn fold_char(c: char) -> ClassUnicode {
    let (upper, lower) = (c.to_ascii_uppercase(), c.to_ascii_lowercase());
    match lower {
        'k' => class(&[('K', 'K'), ('k', 'k'), ('\u{212A}', '\u{212A}')]),
        's' => class(&[('S', 'S'), ('s', 's'), ('\u{17F}', '\u{17F}')]),
        '\0'..='\x7F' => class(&[(upper, upper), (lower, lower)]),
        _ => {
            let mut set = class(&[(c, c)]);
            fold(&mut set);
            set
        }
    }
}

/// Whether a name in a replacement template may contain this character: letters and decimal
/// digits of any script, and the underscore.
pub(super) fn is_name_char(c: char) -> bool {
    static WIDE: OnceLock<ClassUnicode> = OnceLock::new();
    if c.is_ascii() {
        return c.is_ascii_alphanumeric() || c == '_';
    }
    let wide = WIDE.get_or_init(|| {
        let mut set = category("L");
        set.union(&category("Nd"));
        set
    });
    contains(wide, c)
}

/// Whether a class contains a character.
pub(super) fn contains(set: &ClassUnicode, c: char) -> bool {
    let ranges = set.ranges();
    let after = ranges.partition_point(|range| range.end() < c);
    ranges.get(after).is_some_and(|range| range.start() <= c)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// FNV-1a over the ranges, each end as four bytes.
    fn digest(set: &ClassUnicode) -> u64 {
        let mut hash = 0xcbf2_9ce4_8422_2325_u64;
        for range in set.ranges() {
            for end in [range.start(), range.end()] {
                for byte in u32::from(end).to_be_bytes() {
                    hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
                }
            }
        }
        hash
    }

    /// Each line: class name as a pattern may spell it, `-` or `i` (folded), digest of Go's class.
    #[test]
    fn classes_are_those_of_the_reference() {
        let mut checked = 0;
        for line in include_str!("../../tests/regex/unicode.tsv")
            .lines()
            .filter(|l| !l.starts_with('#'))
        {
            let fields: Vec<&str> = line.split('\t').collect();
            let set = named(fields[0].as_bytes(), fields[1] == "i");
            let set = set.unwrap_or_else(|| panic!("no class {}", fields[0]));
            assert_eq!(
                format!("{:016x}", digest(&set)),
                fields[2],
                "{} {}",
                fields[0],
                fields[1]
            );
            checked += 1;
        }
        assert_eq!(
            checked,
            2 * (CATEGORIES.len() + SCRIPTS.len() + CATEGORY_ALIASES.len() + 4)
        );
    }

    /// Every character with a case partner, folded alone, against a digest of Go's fold orbits.
    #[test]
    fn folding_is_that_of_the_reference() {
        let line = include_str!("../../tests/regex/unicode.tsv")
            .lines()
            .find(|l| l.starts_with("#fold"))
            .unwrap();
        let mut all = Vec::new();
        for c in '\0'..=char::MAX {
            let set = fold_char(c);
            if set
                .iter()
                .map(|r| r.end() as u32 - r.start() as u32 + 1)
                .sum::<u32>()
                > 1
            {
                all.push((c, set));
            }
        }
        let mut hash = 0xcbf2_9ce4_8422_2325_u64;
        for (c, set) in &all {
            for member in std::iter::once(*c).chain(set.iter().flat_map(|r| r.start()..=r.end())) {
                for byte in u32::from(member).to_be_bytes() {
                    hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
                }
            }
        }
        assert_eq!(line, format!("#fold\t{}\t{hash:016x}", all.len()));
    }

    #[test]
    fn names_are_loose_but_known() {
        assert!(named(b"gr_e-ek", false).is_some());
        assert!(named(b"lowercase letter", false).is_some());
        assert!(named(b"Grek", false).is_none());
        assert!(named(b"Old_Italic", false).is_none());
        assert!(named("é".as_bytes(), false).is_none());
        assert!(named(b"", false).is_none());
    }
}
