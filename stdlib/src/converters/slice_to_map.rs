//! `SliceToMap`: a list as a map.

use crate::maps::MapBuilder;
use crate::prelude::*;
use crate::raw;
use crate::shape;
use ottl_vm::text::float;

function! {
    /// The items of the list `target` as a map. The key of an item is what stands at `key_path` in it,
    /// which must be a string, or its position if there is no `key_path`; the value is what stands at
    /// `value_path` in it, or the item. With a path, all items must be maps that have it. Of equal keys the
    /// last counts.
    ///
    /// ```ottl
    /// SliceToMap(ParseJSON("[{\"k\": \"a\", \"v\": true}]"), ["k"], ["v"])  # {"a": true}
    /// SliceToMap(["x"])  # {"0": "x"}
    /// SliceToMap(["x"], ["k"])  # error: could not cast element of type `Str` to a map
    /// ```
    pub(crate) static FUNCTION = converter SliceToMap(
        target: PSliceGetter,
        key_path[optional]: List(&String),
        value_path[optional]: List(&String),
    ) pure, prepare prepare, run slice_to_map;
}

struct Paths {
    key: Option<Vec<Vec<u8>>>,
    value: Option<Vec<Vec<u8>>>,
}

fn prepare(literals: Literals<'_>, _given: &[bool]) -> Result<Prepared, String> {
    let path = |parameter| crate::keys::strings(literals, parameter);
    Ok(Box::new(Paths {
        key: path(1),
        value: path(2),
    }))
}

fn slice_to_map<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let paths: &Paths = call.prepared();
    let target = raw::list(call, 0)?;
    let items = target.item_slice(call.arena()).unwrap_or_default();
    let mut map = MapBuilder::with_capacity_in(items.len(), call.arena());
    for (position, item) in items.iter().enumerate() {
        if (paths.key.is_some() || paths.value.is_some()) && item.entries().is_none() {
            return Err(call.error(format_args!(
                "slice elements must be maps when using `key_path` or `value_path`, but could not cast \
                 element of type `{}` to a map",
                shape::kind_name(item)
            )));
        }
        let key = match &paths.key {
            None => written(call, |out| float::append_int(out, position as i64)),
            Some(path) => match found(item, path) {
                Some(Value::String(key)) => key,
                Some(other) => {
                    let kind = shape::kind_name(&other);
                    return Err(call.error(format_args!(
                        "element {position}: extracted key attribute is not of type string, got \"{kind}\""
                    )));
                }
                None => return Err(missing(call, path, "key", position)),
            },
        };
        let value = match &paths.value {
            None => *item,
            Some(path) => match found(item, path) {
                Some(value) => value,
                None => return Err(missing(call, path, "value", position)),
            },
        };
        map.put(key, value);
    }
    Ok(map.into_value())
}

/// What stands at a path in an item.
fn found<'a>(item: &Value<'a>, path: &[Vec<u8>]) -> Option<Value<'a>> {
    let (first, rest) = path.split_first()?;
    rest.iter()
        .try_fold(item.get(first)?, |value, key| value.get(key))
}

/// Why nothing stands at a path in an item.
#[cold]
fn missing<'a>(
    call: &Call<'_, '_, 'a>,
    path: &[Vec<u8>],
    what: &str,
    position: usize,
) -> Error<'a> {
    let reason = match path {
        [] => "must provide at least one path item".to_owned(),
        path => {
            let shown: Vec<_> = path
                .iter()
                .map(|key| String::from_utf8_lossy(key))
                .collect();
            let shown = shown.join(" ");
            format!("provided object does not contain the path [{shown}]")
        }
    };
    call.error(format_args!(
        "could not extract {what} from element {position}: {reason}"
    ))
}
