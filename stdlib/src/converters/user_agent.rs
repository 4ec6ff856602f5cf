//! `UserAgent`: the program and the system that a user agent names.

use crate::maps::MapBuilder;
use crate::prelude::*;
use crate::user_agents::{Memory, OPERATING_SYSTEMS, PROGRAMS, Product};

function! {
    /// What the HTTP header `User-Agent` says, as a map: `user_agent.name`, `user_agent.version` (at
    /// most three numbers, maybe empty), `user_agent.original` (the text itself), `os.name` and, if it is
    /// known, `os.version`. What no rule of uap-core knows is named `Other`.
    ///
    /// ```ottl
    /// UserAgent("curl/8.5.0")  # {"user_agent.name": "curl", "user_agent.original": "curl/8.5.0", "user_agent.version": "8.5.0", "os.name": "Other"}
    /// UserAgent("")  # {"user_agent.name": "Other", "user_agent.original": "", "user_agent.version": "", "os.name": "Other"}
    /// ```
    pub(crate) static FUNCTION = converter UserAgent(user_agent: StringGetter)
        costly, run user_agent;
}

/// What a worker keeps for a call.
#[derive(Default)]
struct Kept {
    programs: Memory,
    systems: Memory,
}

fn user_agent<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let text = call.string(0)?;
    let (program, system) = call.with_scratch(|_, kept: &mut Kept| {
        (
            PROGRAMS.identify(&mut kept.programs, text),
            OPERATING_SYSTEMS.identify(&mut kept.systems, text),
        )
    });
    Ok(map_of(call, text, &program, &system))
}

fn map_of<'a>(
    call: &Call<'_, '_, 'a>,
    text: &'a [u8],
    program: &Product,
    system: &Product,
) -> Value<'a> {
    let mut map = MapBuilder::with_capacity_in(5, call.arena());
    let mut put = |key: &'static str, value| map.put(key.as_bytes(), Value::String(value));
    put("user_agent.name", call.bytes(&program.name));
    put("user_agent.original", text);
    put("user_agent.version", call.bytes(&program.version));
    put("os.name", call.bytes(&system.name));
    if !system.version.is_empty() {
        put("os.version", call.bytes(&system.version));
    }
    map.into_raw(call.arena())
}
