//! `include` and `exclude` of the filter processor: matching by properties, the oldest form.
//!
//! Decoding refuses what the reference refuses when it reads a configuration. [`Filter::check_matching`] refuses
//! what it refuses when a pipeline of a signal is built, because only then does it look at these.

use super::context::Signal;
use super::decode::{Decoder, Field, Fields};
use super::error::{ConfigError, ConfigErrorKind, ConfigErrors};
use super::filter::Filter;
use super::node::{Kind, Node};
use super::place::{Place, Text};

/// `include` and `exclude`: records that `include` does not match are dropped, then those that `exclude` matches.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Include<Match> {
    /// `include`
    pub include: Option<Match>,
    /// `exclude`
    pub exclude: Option<Match>,
}

/// How `match_type` says strings are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MatchType {
    /// `strict`: equal.
    Strict,
    /// `regexp`: the pattern is found somewhere in the string.
    Regexp,
    /// `expr`: by expressions of another language; for metrics only.
    Expr,
}

/// `regexp`: options of the reference's cache, which change no result.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RegexpCache {
    /// `cacheenabled`
    pub is_enabled: bool,
    /// `cachemaxnumentries`; 0 for no limit.
    pub entries_max: i64,
}

/// An attribute to be matched.
#[derive(Clone, Debug, PartialEq)]
pub struct Attribute {
    /// `key`
    pub key: String,
    /// `value`; any if absent.
    pub value: Option<Node>,
}

/// An instrumentation scope to be matched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Library {
    /// `name`
    pub name: String,
    /// `version`; any if absent.
    pub version: Option<String>,
}

/// Properties of spans. All that are given must match; of a list of strings, one must.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SpanMatch {
    /// `match_type`, as written; see [`MatchType`].
    pub match_type: String,
    /// `regexp`
    pub regexp: Option<RegexpCache>,
    /// `services`: the resource's `service.name`.
    pub services: Vec<String>,
    /// `span_names`
    pub span_names: Vec<String>,
    /// `span_kinds`: `SPAN_KIND_CLIENT`.
    pub span_kinds: Vec<String>,
    /// `attributes`: of the span.
    pub attributes: Vec<Attribute>,
    /// `resources`: attributes of the resource.
    pub resources: Vec<Attribute>,
    /// `libraries`
    pub libraries: Vec<Library>,
    /// Keys that are given, but mean nothing for spans.
    pub foreign_keys: Vec<&'static str>,
    /// Where it stands.
    pub place: Place,
}

/// Properties of log records, as those of [`SpanMatch`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LogMatch {
    /// `match_type`, as written; see [`MatchType`].
    pub match_type: String,
    /// `resource_attributes`
    pub resource_attributes: Vec<Attribute>,
    /// `record_attributes`
    pub record_attributes: Vec<Attribute>,
    /// `severity_texts`
    pub severity_texts: Vec<String>,
    /// `severity_number`
    pub severity_number: Option<SeverityMatch>,
    /// `bodies`: bodies as strings.
    pub bodies: Vec<String>,
    /// Where it stands.
    pub place: Place,
}

/// Which severity numbers match.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SeverityMatch {
    /// `min`: the smallest, 1 to 24; 0 if absent.
    pub min: i32,
    /// `match_undefined`: whether records without a severity match.
    pub match_undefined: bool,
}

/// Properties of metrics, as those of [`SpanMatch`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MetricMatch {
    /// `match_type`, as written; see [`MatchType`].
    pub match_type: String,
    /// `regexp`
    pub regexp: Option<RegexpCache>,
    /// `metric_names`
    pub metric_names: Vec<String>,
    /// `expressions`: with the match type `expr`.
    pub expressions: Vec<String>,
    /// `resource_attributes`
    pub resource_attributes: Vec<Attribute>,
    /// Where it stands.
    pub place: Place,
}

impl<Match> Include<Match> {
    /// Takes the two keys of a map apart, the value of each by `decode`.
    pub(super) fn decode(
        decoder: &mut Decoder,
        fields: &Fields<'_>,
        decode: fn(&mut Decoder, &Field<'_>) -> Match,
    ) -> Self {
        let mut one = |key| {
            let field = fields
                .get(key)
                .filter(|field| field.node.kind != Kind::Null)?;
            Some(decode(decoder, &field))
        };
        Include {
            include: one("include"),
            exclude: one("exclude"),
        }
    }

    /// Which of the two are there.
    pub(super) fn given(&self) -> Vec<&'static str> {
        let all = [
            ("include", self.include.is_some()),
            ("exclude", self.exclude.is_some()),
        ];
        all.into_iter()
            .filter(|(_, is_given)| *is_given)
            .map(|(key, _)| key)
            .collect()
    }

    fn each(&self) -> impl Iterator<Item = &Match> {
        self.include.iter().chain(&self.exclude)
    }
}

impl MatchType {
    /// The match type with this name.
    pub fn from_name(name: &str) -> Option<MatchType> {
        match name {
            "strict" => Some(MatchType::Strict),
            "regexp" => Some(MatchType::Regexp),
            "expr" => Some(MatchType::Expr),
            _ => None,
        }
    }
}

impl RegexpCache {
    pub(super) fn decode(decoder: &mut Decoder, field: Option<Field<'_>>) -> Option<RegexpCache> {
        let field = field.filter(|field| field.node.kind != Kind::Null)?;
        let fields = decoder.map(&field, &["cacheenabled", "cachemaxnumentries"]);
        Some(RegexpCache {
            is_enabled: decoder.bool(fields.get("cacheenabled")),
            entries_max: decoder.int(fields.get("cachemaxnumentries")),
        })
    }
}

fn strings(decoder: &mut Decoder, fields: &Fields<'_>, key: &str) -> Vec<String> {
    let texts: Vec<Text> = decoder.strings(fields.get(key)).unwrap_or_default();
    texts.into_iter().map(|text| text.text).collect()
}

fn string(decoder: &mut Decoder, fields: &Fields<'_>, key: &str) -> String {
    decoder
        .string(fields.get(key))
        .map(|text| text.text)
        .unwrap_or_default()
}

fn attributes(decoder: &mut Decoder, fields: &Fields<'_>, key: &str) -> Vec<Attribute> {
    let items = decoder.list(fields.get(key)).unwrap_or_default();
    items
        .iter()
        .map(|item| {
            let fields = decoder.map(item, &["key", "value"]);
            let value = fields.get("value").map(|field| field.node.clone());
            Attribute {
                key: string(decoder, &fields, "key"),
                value: value.filter(|node| node.kind != Kind::Null),
            }
        })
        .collect()
}

fn libraries(decoder: &mut Decoder, fields: &Fields<'_>) -> Vec<Library> {
    let items = decoder.list(fields.get("libraries")).unwrap_or_default();
    items
        .iter()
        .map(|item| {
            let fields = decoder.map(item, &["name", "version"]);
            Library {
                name: string(decoder, &fields, "name"),
                version: decoder.string(fields.get("version")).map(|text| text.text),
            }
        })
        .collect()
}

const SPAN_MATCH_KEYS: &[&str] = &[
    "match_type",
    "regexp",
    "services",
    "span_names",
    "span_kinds",
    "attributes",
    "resources",
    "libraries",
    "log_bodies",
    "log_severity_texts",
    "log_severity_number",
    "metric_names",
];

impl SpanMatch {
    pub(super) fn decode(decoder: &mut Decoder, field: &Field<'_>) -> SpanMatch {
        let fields = decoder.map(field, SPAN_MATCH_KEYS);
        let mut foreign_keys = Vec::new();
        for key in ["log_bodies", "log_severity_texts", "metric_names"] {
            if !strings(decoder, &fields, key).is_empty() {
                foreign_keys.push(key);
            }
        }
        let severity = fields
            .get("log_severity_number")
            .filter(|field| field.node.kind != Kind::Null);
        if let Some(severity) = severity {
            let fields = decoder.map(&severity, &["min", "match_undefined"]);
            decoder.int(fields.get("min"));
            decoder.bool(fields.get("match_undefined"));
            foreign_keys.push("log_severity_number");
        }
        SpanMatch {
            match_type: string(decoder, &fields, "match_type"),
            regexp: RegexpCache::decode(decoder, fields.get("regexp")),
            services: strings(decoder, &fields, "services"),
            span_names: strings(decoder, &fields, "span_names"),
            span_kinds: strings(decoder, &fields, "span_kinds"),
            attributes: attributes(decoder, &fields, "attributes"),
            resources: attributes(decoder, &fields, "resources"),
            libraries: libraries(decoder, &fields),
            foreign_keys,
            place: field.node.place.clone(),
        }
    }
}

const LOG_MATCH_KEYS: &[&str] = &[
    "match_type",
    "resource_attributes",
    "record_attributes",
    "severity_texts",
    "severity_number",
    "bodies",
];

impl LogMatch {
    pub(super) fn decode(decoder: &mut Decoder, field: &Field<'_>) -> LogMatch {
        let fields = decoder.map(field, LOG_MATCH_KEYS);
        let severity = fields
            .get("severity_number")
            .filter(|field| field.node.kind != Kind::Null);
        LogMatch {
            match_type: string(decoder, &fields, "match_type"),
            resource_attributes: attributes(decoder, &fields, "resource_attributes"),
            record_attributes: attributes(decoder, &fields, "record_attributes"),
            severity_texts: strings(decoder, &fields, "severity_texts"),
            severity_number: severity.map(|field| severity_match(decoder, &field)),
            bodies: strings(decoder, &fields, "bodies"),
            place: field.node.place.clone(),
        }
    }
}

fn severity_match(decoder: &mut Decoder, field: &Field<'_>) -> SeverityMatch {
    let fields = decoder.map(field, &["min", "match_undefined"]);
    let match_undefined = decoder.bool(fields.get("match_undefined"));
    let min = match decoder.string(fields.get("min")) {
        Some(text) if !text.text.is_empty() => severity_number(&text.text).unwrap_or_else(|| {
            let kind = ConfigErrorKind::UnknownSeverity {
                severity: text.text.clone(),
            };
            decoder.error(kind, &text.path, &text.place);
            0
        }),
        _ => 0,
    };
    SeverityMatch {
        min,
        match_undefined,
    }
}

/// The number of a severity: `9`, `INFO`, `warn2`.
fn severity_number(text: &str) -> Option<i32> {
    const NAMES: [&str; 6] = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"];
    let upper = text.to_uppercase();
    (1..=24).find(|number| {
        let (name, step) = (NAMES[(*number as usize - 1) / 4], (number - 1) % 4 + 1);
        upper == number.to_string()
            || (step == 1 && upper == name)
            || (step > 1 && upper == format!("{name}{step}"))
    })
}

impl MetricMatch {
    pub(super) fn decode(decoder: &mut Decoder, field: &Field<'_>) -> MetricMatch {
        let known = &[
            "match_type",
            "regexp",
            "metric_names",
            "expressions",
            "resource_attributes",
        ];
        let fields = decoder.map(field, known);
        MetricMatch {
            match_type: string(decoder, &fields, "match_type"),
            regexp: RegexpCache::decode(decoder, fields.get("regexp")),
            metric_names: strings(decoder, &fields, "metric_names"),
            expressions: strings(decoder, &fields, "expressions"),
            resource_attributes: attributes(decoder, &fields, "resource_attributes"),
            place: field.node.place.clone(),
        }
    }
}

/// Says whether a pattern is a valid regular expression, and if not, why.
pub type PatternCheck<'a> = dyn Fn(&str) -> Result<(), String> + 'a;

impl Filter {
    /// Whether `include` and `exclude` decide what is dropped of a signal: nothing newer is there that would.
    pub fn uses_matching(&self, signal: Signal) -> bool {
        self.groups(signal).is_empty() && self.conditions_by_context(signal).is_empty()
    }

    /// Refuses `include` and `exclude` of a signal that cannot be matched by.
    ///
    /// # Errors
    /// [`ConfigErrorKind::InvalidMatch`] for each that cannot.
    pub fn check_matching(
        &self,
        signal: Signal,
        patterns: &PatternCheck<'_>,
    ) -> Result<(), ConfigErrors> {
        if !self.uses_matching(signal) {
            return Ok(());
        }
        let results: Vec<(&Place, Result<(), String>)> = match signal {
            Signal::Traces => self
                .spans
                .each()
                .map(|one| (&one.place, one.check(patterns)))
                .collect(),
            Signal::Metrics => self
                .metrics
                .include
                .each()
                .map(|one| (&one.place, one.check(patterns)))
                .collect(),
            Signal::Logs => self
                .logs
                .include
                .each()
                .map(|one| (&one.place, one.check(patterns)))
                .collect(),
            Signal::Profiles => Vec::new(),
        };
        let errors: Vec<_> = results
            .into_iter()
            .filter_map(|(place, result)| {
                let kind = ConfigErrorKind::InvalidMatch {
                    reason: result.err()?,
                };
                Some(ConfigError {
                    kind,
                    path: signal.name().to_owned(),
                    place: place.clone(),
                })
            })
            .collect();
        if errors.is_empty() {
            Ok(())
        } else {
            Err(ConfigErrors(errors))
        }
    }
}

/// How the strings of one `include` or `exclude` are compared, and whether they can be.
struct Strings<'a> {
    match_type: &'a str,
    regexp: Option<RegexpCache>,
    patterns: &'a PatternCheck<'a>,
}

impl Strings<'_> {
    fn check(&self, strings: &[String]) -> Result<(), String> {
        if strings.is_empty() {
            return Ok(());
        }
        match MatchType::from_name(self.match_type) {
            Some(MatchType::Strict) => Ok(()),
            Some(MatchType::Regexp) => {
                for string in strings {
                    (self.patterns)(string)
                        .map_err(|why| format!("`{string}` is no regular expression: {why}"))?;
                }
                match self.regexp {
                    Some(RegexpCache {
                        is_enabled: true,
                        entries_max,
                    }) if entries_max < 0 => {
                        Err("`cachemaxnumentries` cannot be negative".to_owned())
                    }
                    _ => Ok(()),
                }
            }
            _ => Err(self.unknown_type()),
        }
    }

    fn unknown_type(&self) -> String {
        match self.match_type {
            "" => "`match_type` is missing: it is `strict` or `regexp`".to_owned(),
            other => format!("unknown match type `{other}`: it is `strict` or `regexp`"),
        }
    }

    fn check_attributes(&self, attributes: &[Attribute]) -> Result<(), String> {
        for Attribute { key, value } in attributes {
            if key.is_empty() {
                return Err("an attribute without `key`".to_owned());
            }
            let Some(value) = value else { continue };
            match (MatchType::from_name(self.match_type), &value.kind) {
                (Some(MatchType::Strict), _) => {}
                (Some(MatchType::Regexp), Kind::String(pattern)) => {
                    self.check(std::slice::from_ref(&pattern.text))?
                }
                (Some(MatchType::Regexp), _) => {
                    let found = value.describe();
                    return Err(format!(
                        "with the match type `regexp`, `{key}` needs a string, not {found}"
                    ));
                }
                _ => return Err(self.unknown_type()),
            }
        }
        Ok(())
    }
}

const SPAN_KINDS: [&str; 5] = [
    "SPAN_KIND_INTERNAL",
    "SPAN_KIND_CLIENT",
    "SPAN_KIND_SERVER",
    "SPAN_KIND_CONSUMER",
    "SPAN_KIND_PRODUCER",
];

impl SpanMatch {
    fn check(&self, patterns: &PatternCheck<'_>) -> Result<(), String> {
        if let Some(key) = self.foreign_keys.first() {
            return Err(format!("`{key}` cannot be used for spans"));
        }
        let lists = [&self.services, &self.span_names, &self.span_kinds];
        let has_attributes = !self.attributes.is_empty() || !self.resources.is_empty();
        if lists.iter().all(|list| list.is_empty()) && !has_attributes && self.libraries.is_empty()
        {
            let keys =
                "`services`, `span_names`, `span_kinds`, `attributes`, `resources` or `libraries`";
            return Err(format!("nothing to match by: one of {keys} is needed"));
        }
        let is_strict = self.match_type == "strict";
        if let Some(kind) = self
            .span_kinds
            .iter()
            .find(|kind| is_strict && !SPAN_KINDS.contains(&kind.as_str()))
        {
            return Err(format!(
                "`{kind}` is no span kind: it is one of {}",
                SPAN_KINDS.join(", ")
            ));
        }
        let strings = Strings {
            match_type: &self.match_type,
            regexp: self.regexp,
            patterns,
        };
        for Library { name, version } in &self.libraries {
            strings.check(std::slice::from_ref(name))?;
            strings.check(version.as_slice())?;
        }
        strings.check_attributes(&self.attributes)?;
        strings.check_attributes(&self.resources)?;
        lists.into_iter().try_for_each(|list| strings.check(list))
    }
}

impl LogMatch {
    fn check(&self, patterns: &PatternCheck<'_>) -> Result<(), String> {
        let strings = Strings {
            match_type: &self.match_type,
            regexp: None,
            patterns,
        };
        strings.check_attributes(&self.record_attributes)?;
        strings.check_attributes(&self.resource_attributes)?;
        strings.check(&self.bodies)?;
        strings.check(&self.severity_texts)
    }
}

impl MetricMatch {
    fn check(&self, patterns: &PatternCheck<'_>) -> Result<(), String> {
        let is_expr = MatchType::from_name(&self.match_type) == Some(MatchType::Expr);
        let strings = Strings {
            match_type: &self.match_type,
            regexp: self.regexp,
            patterns,
        };
        strings.check_attributes(&self.resource_attributes)?;
        if !is_expr {
            return strings.check(&self.metric_names);
        }
        match self.expressions.first() {
            Some(expression) => Err(format!(
                "`{expression}` is an expression of the `expr` language, which is not supported: write it as an \
                 OTTL condition under `metric_conditions`"
            )),
            None => Ok(()),
        }
    }
}
