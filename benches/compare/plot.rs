//! The plot: every row with its sides, and what grows with a number, both on logarithmic scales.

use crate::Measured;
use crate::sides::Side;
use std::collections::BTreeMap;
use std::fmt::Write;

/// Pixels: a row, the names of rows, a picture's width.
const ROW: f64 = 18.0;
const NAMES: f64 = 190.0;
const WIDTH: f64 = 860.0;

/// Pixels: a plot of what grows with a number, and the room for numbers around it.
const SERIES: (f64, f64) = (430.0, 250.0);
const MARGIN: f64 = 52.0;

/// Numbers that names must end in to make a line.
const POINTS_MIN: usize = 3;

const STYLE: &str = "text{font:12px sans-serif;fill:#333}.t{font-weight:bold}.e{text-anchor:end}.m{text-anchor:middle}\
    .g{stroke:#ddd;stroke-width:1}.l{fill:none;stroke-width:1.5}";

fn colour(side: Side) -> &'static str {
    match side {
        Side::Reference => "#d95f02",
        Side::Prost => "#999999",
        Side::Full => "#1b5fa8",
        Side::Touched => "#66b2e8",
        Side::Copy => "#bbbb44",
    }
}

/// A scale that gives each tenfold the same room.
struct Scale {
    /// Powers of ten.
    from: f64,
    to: f64,
    /// Pixels at both ends.
    start: f64,
    end: f64,
}

impl Scale {
    fn around(numbers: impl Iterator<Item = f64> + Clone, start: f64, end: f64) -> Scale {
        let from = numbers
            .clone()
            .fold(f64::INFINITY, f64::min)
            .log10()
            .floor();
        let to = numbers.fold(0.0, f64::max).log10().ceil().max(from + 1.0);
        Scale {
            from,
            to,
            start,
            end,
        }
    }

    fn at(&self, number: f64) -> f64 {
        self.start + (number.log10() - self.from) / (self.to - self.from) * (self.end - self.start)
    }

    /// The powers of ten, each with its place and its words.
    fn ticks(&self) -> impl Iterator<Item = (f64, String)> {
        (self.from as i32..=self.to as i32).map(|power| {
            let number = 10f64.powi(power);
            (self.at(number), words(number))
        })
    }
}

fn words(number: f64) -> String {
    match number {
        n if n >= 1e9 => format!("{}G", n / 1e9),
        n if n >= 1e6 => format!("{}M", n / 1e6),
        n if n >= 1e3 => format!("{}k", n / 1e3),
        n => format!("{n}"),
    }
}

/// The picture.
pub(crate) fn svg(measured: &[Measured]) -> String {
    let known: Vec<(&str, [f64; Side::ALL.len()])> = measured
        .iter()
        .filter_map(|m| Some((&m.row.name[..], m.speeds?)))
        .collect();
    let lines = series(&known);
    let (mut body, mut top) = (String::new(), 20.0);
    for (at, side) in Side::ALL.iter().enumerate() {
        let x = NAMES + at as f64 * 120.0;
        let _ = write!(
            body,
            r#"<circle cx="{x}" cy="{top}" r="5" fill="{}"/><text x="{}" y="{}">{}</text>"#,
            colour(*side),
            x + 10.0,
            top + 4.0,
            side.name()
        );
    }
    top += 30.0;
    top = all_rows(&mut body, &known, top);
    for (number, (stem, points)) in lines.iter().enumerate() {
        let left = (number % 2) as f64 * SERIES.0;
        one_series(
            &mut body,
            stem,
            points,
            left,
            top + (number / 2) as f64 * SERIES.1,
        );
    }
    let height = top + lines.len().div_ceil(2) as f64 * SERIES.1 + 10.0;
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height}\">\
         <style>{STYLE}</style><rect width=\"100%\" height=\"100%\" fill=\"white\"/>{body}</svg>\n"
    )
}

/// A line of dots for each row; gives where it ends.
fn all_rows(body: &mut String, rows: &[(&str, [f64; Side::ALL.len()])], top: f64) -> f64 {
    let bottom = top + 14.0 + rows.len() as f64 * ROW;
    let scale = Scale::around(rows.iter().flat_map(|row| row.1), NAMES, WIDTH - 30.0);
    let _ = write!(
        body,
        r#"<text class="t e" x="{}" y="{top}">records a second</text>"#,
        NAMES - 10.0
    );
    for (x, label) in scale.ticks() {
        let _ = write!(
            body,
            r#"<text class="m" x="{x:.1}" y="{top}">{label}</text>"#
        );
        let _ = write!(
            body,
            r#"<line class="g" x1="{x:.1}" x2="{x:.1}" y1="{}" y2="{bottom}"/>"#,
            top + 6.0
        );
    }
    for (at, (name, speeds)) in rows.iter().enumerate() {
        let y = top + 14.0 + (at as f64 + 0.5) * ROW;
        let _ = write!(
            body,
            r#"<text class="e" x="{}" y="{}">{name}</text>"#,
            NAMES - 10.0,
            y + 4.0
        );
        let _ = write!(
            body,
            r#"<line class="g" x1="{NAMES}" x2="{}" y1="{y}" y2="{y}"/>"#,
            WIDTH - 30.0
        );
        for (side, speed) in Side::ALL.iter().zip(speeds) {
            let x = scale.at(*speed);
            let _ = write!(
                body,
                r#"<circle cx="{x:.1}" cy="{y}" r="5" fill="{}"/>"#,
                colour(*side)
            );
        }
    }
    bottom + 30.0
}

/// What is drawn against a number: by what comes before it in the rows' names, the numbers with their speeds.
type Series<'m> = BTreeMap<&'m str, Vec<(f64, [f64; Side::ALL.len()])>>;

fn series<'m>(rows: &[(&'m str, [f64; Side::ALL.len()])]) -> Series<'m> {
    let mut all = Series::new();
    for (name, speeds) in rows {
        if let Some((stem, number)) = name.rsplit_once('_')
            && let Ok(number) = number.parse()
        {
            all.entry(stem).or_default().push((number, *speeds));
        }
    }
    all.retain(|_, points| points.len() >= POINTS_MIN);
    all
}

/// Speeds against a number.
fn one_series(
    body: &mut String,
    stem: &str,
    points: &[(f64, [f64; Side::ALL.len()])],
    left: f64,
    top: f64,
) {
    let (width, height) = SERIES;
    let across = Scale::around(
        points.iter().map(|point| point.0),
        left + MARGIN,
        left + width - 24.0,
    );
    let up = Scale::around(
        points.iter().flat_map(|point| point.1),
        top + height - MARGIN,
        top + 20.0,
    );
    let _ = write!(
        body,
        r#"<text class="t" x="{}" y="{top}">{stem}_N</text>"#,
        left + MARGIN
    );
    for (x, label) in across.ticks() {
        let _ = write!(
            body,
            r#"<text class="m" x="{x:.1}" y="{}">{label}</text>"#,
            up.start + 18.0
        );
        let _ = write!(
            body,
            r#"<line class="g" x1="{x:.1}" x2="{x:.1}" y1="{}" y2="{}"/>"#,
            up.start, up.end
        );
    }
    for (y, label) in up.ticks() {
        let _ = write!(
            body,
            r#"<text class="e" x="{}" y="{:.1}">{label}</text>"#,
            across.start - 6.0,
            y + 4.0
        );
        let _ = write!(
            body,
            r#"<line class="g" x1="{}" x2="{}" y1="{y:.1}" y2="{y:.1}"/>"#,
            across.start, across.end
        );
    }
    for (at, side) in Side::ALL.iter().enumerate() {
        let place =
            |point: &(f64, [f64; Side::ALL.len()])| (across.at(point.0), up.at(point.1[at]));
        let line: Vec<String> = points
            .iter()
            .map(place)
            .map(|(x, y)| format!("{x:.1},{y:.1}"))
            .collect();
        let _ = write!(
            body,
            r#"<polyline class="l" stroke="{}" points="{}"/>"#,
            colour(*side),
            line.join(" ")
        );
        for (x, y) in points.iter().map(place) {
            let _ = write!(
                body,
                r#"<circle cx="{x:.1}" cy="{y:.1}" r="3" fill="{}"/>"#,
                colour(*side)
            );
        }
    }
}
