//! `Time`: an instant from text.

use crate::prelude::*;
use ottl_vm::text::locale::Locale;
use ottl_vm::text::strptime::{self, Strptime};
use ottl_vm::text::zone::ZoneId;

function! {
    /// The instant that `time` says in the given `format` of `%` directives, such as `"%Y-%m-%d %H:%M:%S"`.
    ///
    /// Where `time` names no zone it is in `location` (`"Europe/Berlin"`), else in UTC if the format ends
    /// in `Z`, else in the machine's zone. With `locale` (`"de"`) the names of months and days are those of
    /// that language. A time without a year is of this year, or of the last if it would lie more than a
    /// week ahead.
    ///
    /// The directives, here and for [`FormatTime`](#formattime):
    ///
    /// - year: `%Y` (four digits), `%y` (two);
    /// - month: `%m` (01 to 12), `%o` (with a blank for the zero), `%q` (without), `%b` or `%h` (Jan), `%B` (January);
    /// - day: `%d` (01 to 31), `%e` (with a blank for the zero), `%g` (without), `%a` (Mon), `%A` (Monday);
    /// - hour: `%H` (00 to 23), `%I` (01 to 12), `%l` (1 to 12), `%p` (PM), `%P` (pm); `%M` the minute, `%S` the second;
    /// - fraction of the second, after a point or comma: `%L` (up to milliseconds), `%f` (microseconds), `%s`
    ///   (nanoseconds);
    /// - zone: `%z` (`+0100`, `+01:00`, `+01`, `Z`), `%i` (`+01`), `%j` (`+01:00`), `%k` (`+01:00:00`), `%w` (`+010000`),
    ///   `%Z` (an abbreviation as `CET`);
    /// - several: `%F` (`%Y-%m-%d`), `%D` and `%x` (`%m/%d/%Y`), `%T` and `%X` (`%H:%M:%S`), `%R` (`%H:%M`), `%r`
    ///   (`%I:%M:%S %P`), `%c` (`%a %b %d %H:%M:%S %Y`);
    /// - `%n` a line feed, `%t` a tab, `%%` a percent sign.
    ///
    /// Read, numbers may lack their leading zeros, and `%D` may have a year of two digits. Digits that are no part of a
    /// directive make a format invalid.
    ///
    /// Refused when compiled: an empty or invalid `format`, unknown locations and locales.
    ///
    /// ```ottl
    /// UnixSeconds(Time("1970-01-02", "%Y-%m-%d", "UTC"))  # 86400
    /// UnixSeconds(Time("01/02/1970 +0100", "%m/%d/%Y %z"))  # 82800
    /// UnixMilli(Time("1 Jan 1970 00:00:01.5 Z", "%g %b %Y %T.%L %z"))  # 1500
    /// UnixSeconds(Time("2. Januar 1970", "%g. %B %Y", "UTC", "de"))  # 86400
    /// Time(log.severity_text, "%Y")  # error: time cannot be nil
    /// ```
    pub(crate) static FUNCTION = converter Time(
        time: StringGetter,
        format: String,
        location[optional]: String,
        locale[optional]: String,
    ) volatile, prepare prepare, run time;
}

struct Reader {
    format: Strptime,
    zone: ZoneId,
    locale: Option<Locale>,
}

fn prepare(literals: Literals<'_>, _given: &[bool]) -> Result<Prepared, String> {
    let format = literals.string(1).unwrap_or_default();
    if format.is_empty() {
        return Err("format cannot be nil".to_owned());
    }
    let zone =
        strptime::default_zone(literals.string(2), format).map_err(|error| error.to_string())?;
    let locale = literals.string(3).map(locale).transpose()?;
    let format = Strptime::new(format).map_err(|error| error.to_string())?;
    Ok(Box::new(Reader {
        format,
        zone,
        locale,
    }))
}

fn locale(tag: &[u8]) -> Result<Locale, String> {
    Locale::new(&String::from_utf8_lossy(tag)).map_err(|error| error.to_string())
}

fn time<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let text = call.string(0)?;
    if text.is_empty() {
        return Err(Error::new("time cannot be nil"));
    }
    let reader: &Reader = call.prepared();
    match reader
        .format
        .parse_at(text, reader.zone, reader.locale.as_ref(), || call.now())
    {
        Ok(time) => Ok(Value::Time(time)),
        Err(error) => Err(call.error(format_args!("{error}"))),
    }
}
