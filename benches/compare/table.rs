//! The Markdown tables: one for each folder of configurations.

use crate::Measured;
use crate::sides::Side;
use std::fmt::Write;

/// The tables. Speeds are in thousands of records a second.
pub(crate) fn markdown(measured: &[Measured]) -> String {
    let mut text = String::new();
    for rows in measured.chunk_by(|a, b| a.row.folder == b.row.folder) {
        if !text.is_empty() {
            text.push('\n');
        }
        let _ = writeln!(
            text,
            "`{}`, in thousands of records a second:\n",
            rows[0].row.folder
        );
        let names = Side::ALL.map(Side::name).join(" | ");
        let _ = writeln!(
            text,
            "| row | {names} | full / reference | touched / reference |"
        );
        let _ = writeln!(text, "|---|{}", "---:|".repeat(Side::ALL.len() + 2));
        let mut ratios = Vec::new();
        for measured in rows {
            let name = &measured.row.name;
            let Some(speeds) = measured.speeds else {
                let _ = writeln!(
                    text,
                    "| {name} | outputs differ |{}",
                    " |".repeat(Side::ALL.len() + 1)
                );
                continue;
            };
            let of = |side| {
                Side::ALL
                    .iter()
                    .position(|s| *s == side)
                    .map_or(f64::NAN, |at| speeds[at])
            };
            let ratio =
                [of(Side::Full), of(Side::Touched)].map(|speed| speed / of(Side::Reference));
            ratios.push(ratio);
            let speeds = speeds
                .map(|speed| format!("{:.0}", speed / 1e3))
                .join(" | ");
            let _ = writeln!(
                text,
                "| {name} | {speeds} | {:.1} | {:.1} |",
                ratio[0], ratio[1]
            );
        }
        let mean = |at: usize| {
            let logarithms = ratios.iter().map(|ratio| ratio[at].ln());
            (logarithms.sum::<f64>() / ratios.len() as f64).exp()
        };
        let _ = writeln!(
            text,
            "| geometric mean |{} {:.1} | {:.1} |",
            " |".repeat(Side::ALL.len()),
            mean(0),
            mean(1)
        );
    }
    text
}
