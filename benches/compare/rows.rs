//! The rows: configurations, each over the data sets that it names.

use crate::Result;
use serde_json::Value;
use std::path::{Path, PathBuf};

/// A configuration over a data set.
#[derive(Clone)]
pub(crate) struct Row {
    /// The configuration's name, with the data set's where it names several.
    pub(crate) name: String,
    /// The configuration's folder, from the root of the project.
    pub(crate) folder: String,
    pub(crate) path: PathBuf,
    /// What the file says: `processor`, `signal`, `config`.
    pub(crate) config: Value,
    /// The data set: its signal's, if the file names none under `data`.
    pub(crate) data: String,
}

impl Row {
    pub(crate) fn signal(&self) -> &str {
        self.config["signal"].as_str().unwrap_or_default()
    }
}

/// Those that are asked for, by name or by folder; all if none are.
pub(crate) fn find(asked: &[String]) -> Result<Vec<Row>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let bench = root.join("tests/reference/bench");
    let ours = all_below(&bench)?;
    if asked.is_empty() {
        return Ok(ours);
    }
    let mut rows = Vec::new();
    for name in asked {
        let mut folders = [root.join(name), bench.join(name)].into_iter();
        let folder = folders.find(|path| path.is_dir());
        let file = bench.join(format!("{name}.json"));
        let is_asked = |row: &Row| {
            row.name == *name
                || row
                    .path
                    .file_stem()
                    .is_some_and(|stem| stem == name.as_str())
        };
        let found = match folder {
            Some(folder) => all_below(&folder)?,
            None if file.is_file() => of_file(&file)?,
            None => ours.iter().filter(|row| is_asked(row)).cloned().collect(),
        };
        if found.is_empty() {
            let known: Vec<&str> = ours.iter().map(|row| &row.name[..]).collect();
            return Err(format!(
                "there is no row and no folder {name}; rows: {}",
                known.join(", ")
            )
            .into());
        }
        rows.extend(found);
    }
    Ok(rows)
}

/// The rows of a folder, then those of the folders within.
fn all_below(folder: &Path) -> Result<Vec<Row>> {
    let entries =
        std::fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut paths = entries
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<Vec<PathBuf>>>()?;
    paths.sort_by_key(|path| (path.is_dir(), path.file_stem().map(natural)));
    let mut rows = Vec::new();
    for path in paths {
        if path.is_dir() {
            rows.extend(all_below(&path)?);
        } else if path
            .extension()
            .is_some_and(|extension| extension == "json")
        {
            rows.extend(of_file(&path)?);
        }
    }
    Ok(rows)
}

/// A name to sort by, with the number at its end as a number.
fn natural(name: &std::ffi::OsStr) -> (String, u64) {
    let name = name.to_string_lossy();
    let stem = name.trim_end_matches(|c: char| c.is_ascii_digit());
    (stem.to_owned(), name[stem.len()..].parse().unwrap_or(0))
}

fn of_file(path: &Path) -> Result<Vec<Row>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let failed = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let text = std::fs::read_to_string(path).map_err(|error| failed(&error))?;
    let config: Value = serde_json::from_str(&text).map_err(|error| failed(&error))?;
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let folder = path.parent().unwrap_or(root);
    let row = |name: String, data: &Value| Row {
        name,
        folder: folder
            .strip_prefix(root)
            .unwrap_or(folder)
            .display()
            .to_string(),
        path: path.to_owned(),
        config: config.clone(),
        data: data.as_str().unwrap_or_default().to_owned(),
    };
    Ok(match &config["data"] {
        Value::Array(sets) => sets
            .iter()
            .map(|data| {
                row(
                    format!("{stem}/{}", data.as_str().unwrap_or_default()),
                    data,
                )
            })
            .collect(),
        Value::Null => vec![row(stem.into_owned(), &config["signal"])],
        data => vec![row(stem.into_owned(), data)],
    })
}
