//! Telemetry of a web shop, shaped like the data sets of `tests/reference gen`: as much text, as many
//! attributes, the fields in the order of the collector's encoder. The same bytes every time.

mod profiles;

use crate::protobuf::Message;

/// Resources in a usual request.
const RESOURCE_COUNT: u64 = 8;

/// When everything happens: nanoseconds since 1970.
const EPOCH_UNIX_NANO: u64 = 1_760_000_000_000_000_000;

/// Numbers that look random.
pub(crate) struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 24
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len() as u64) as usize]
    }
}

/// How a request is laid out.
#[derive(Clone, Copy)]
pub(crate) struct Shape {
    /// Spans, log records, data points or samples of profiles, about.
    pub(crate) records: u64,
    /// How many of them a resource has, all in one scope.
    pub(crate) per_resource: u64,
    /// Whether fields stand in the order of their numbers, as SDKs write them, and not in the collector's, from the
    /// last to the first.
    pub(crate) is_ascending: bool,
}

impl Shape {
    /// As the collector's exporters send them.
    pub(crate) fn usual(records: u64) -> Shape {
        Shape {
            records,
            per_resource: records.div_ceil(RESOURCE_COUNT),
            is_ascending: false,
        }
    }
}

/// A request of a signal; each `seed` gives other records.
pub(crate) fn request(signal: &str, shape: Shape, seed: u64) -> Vec<u8> {
    let random = &mut Random(20_251_003 + seed);
    if signal == "profiles" {
        return profiles::request(shape, random);
    }
    let fill = |request: &mut Message| {
        for _ in 0..shape.records.div_ceil(shape.per_resource) {
            request.message(1, |container| {
                container.message(2, |scope| {
                    for _ in 0..shape.per_resource {
                        scope.message(2, |record| match signal {
                            "traces" => span(record, random),
                            "logs" => log(record, random),
                            _ => gauge(record, random),
                        });
                    }
                    scope.message(1, |scope| scope.bytes(1, b"otelhttp"));
                });
                container.message(1, |resource| self::resource(resource, random));
            });
        }
    };
    let request = Message::new(fill).0;
    match shape.is_ascending {
        true => ascending(&request, &REQUEST),
        false => request,
    }
}

/// The fields of a message that are messages in turn, each with its own.
struct Nested(&'static [(u64, Nested)]);

/// Those of traces and logs: the attributes of their resources and records. A metric's number 9 is a histogram, of
/// which there is none.
const REQUEST: Nested = Nested(&[(
    1,
    Nested(&[
        (1, Nested(&[(1, PAIR)])),
        (2, Nested(&[(2, Nested(&[(6, PAIR), (9, PAIR)]))])),
    ]),
)]);

const PAIR: Nested = Nested(&[(2, Nested(&[]))]);

/// A message with its fields, and theirs, in the order of their numbers.
fn ascending(message: &[u8], nested: &Nested) -> Vec<u8> {
    let mut fields: Vec<(u64, Vec<u8>)> = Vec::new();
    let mut rest = message;
    while !rest.is_empty() {
        let before = rest;
        let tag = varint(&mut rest);
        let inner = nested.0.iter().find(|(number, _)| *number == tag >> 3);
        let length = match tag & 7 {
            0 => {
                varint(&mut rest);
                0
            }
            1 => 8,
            _ => varint(&mut rest) as usize,
        };
        let head = &before[..before.len() - rest.len()];
        let (body, after) = rest.split_at(length);
        rest = after;
        let body = match inner {
            Some((_, nested)) if tag & 7 == 2 => ascending(body, nested),
            _ => body.to_vec(),
        };
        fields.push((tag >> 3, [head, &body].concat()));
    }
    fields.sort_by_key(|(number, _)| *number);
    fields.into_iter().flat_map(|(_, bytes)| bytes).collect()
}

/// The number at the start of some bytes, which then begin after it.
fn varint(bytes: &mut &[u8]) -> u64 {
    let mut number = 0;
    for shift in (0..).step_by(7) {
        let (first, rest) = bytes.split_first().expect("a number ends");
        *bytes = rest;
        number |= u64::from(first & 0x7f) << shift;
        if first & 0x80 == 0 {
            break;
        }
    }
    number
}

fn text(m: &mut Message, number: u32, key: &str, value: &str) {
    m.attribute(number, true, key, |any| any.bytes(1, value.as_bytes()));
}

fn int(m: &mut Message, number: u32, key: &str, value: u64) {
    m.attribute(number, true, key, |any| any.varint(3, value));
}

fn resource(m: &mut Message, random: &mut Random) {
    text(
        m,
        1,
        "service.name",
        random.pick(&["checkout", "cart", "frontend", "payment"]),
    );
    text(m, 1, "service.namespace", "shop");
    text(m, 1, "service.version", "2.4.1");
    text(
        m,
        1,
        "env",
        random.pick(&["prod", "prod", "prod", "staging"]),
    );
    text(m, 1, "tenant", random.pick(&["A", "B", "C", "D"]));
    text(m, 1, "k8s.cluster.name", "eu-west-1a");
    text(
        m,
        1,
        "k8s.pod.name",
        &format!("checkout-6d4cf56db6-{:05x}", random.below(1 << 20)),
    );
    text(
        m,
        1,
        "host.name",
        &format!("ip-10-0-{}-{}", random.below(255), random.below(255)),
    );
    text(m, 1, "telemetry.sdk.language", "go");
    text(m, 1, "telemetry.sdk.version", "1.31.0");
}

fn route(random: &mut Random) -> String {
    match random.below(4) {
        0 => "/healthz".to_owned(),
        1 => "/api/checkout".to_owned(),
        2 => format!("/api/users/{}", random.below(100_000)),
        _ => format!("/api/cart/{}/items", random.below(100_000)),
    }
}

fn span(m: &mut Message, random: &mut Random) {
    let route = route(random);
    let method = random.pick(&["GET", "GET", "POST", "DELETE"]);
    let status = random.pick(&[200, 200, 201, 302, 404, 500]);
    let start = EPOCH_UNIX_NANO + random.below(60_000_000_000);
    m.message(15, |s| {
        if status >= 500 {
            s.varint(3, 2);
            s.bytes(
                2,
                b"upstream connect error or disconnect/reset before headers",
            );
        }
    });
    let agent = random.pick(&[
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36",
        "curl/8.5.0",
        "kube-probe/1.29",
    ]);
    let token = random.next();
    text(m, 9, "http.request.method", method);
    text(m, 9, "url.path", &route);
    text(
        m,
        9,
        "url.full",
        &format!(
            "https://shop.example.com{route}?token={token:016x}&page={}",
            random.below(20)
        ),
    );
    int(m, 9, "http.response.status_code", status);
    text(m, 9, "server.address", "shop.example.com");
    int(m, 9, "server.port", 443);
    text(m, 9, "user_agent.original", agent);
    text(
        m,
        9,
        "client.address",
        &format!("203.0.113.{}", random.below(255)),
    );
    text(m, 9, "network.protocol.version", "1.1");
    text(
        m,
        9,
        "enduser.id",
        &format!(
            "{:08x}-{:04x}-4abc-a123-{:012x}",
            random.below(1 << 32),
            random.below(1 << 16),
            token
        ),
    );
    m.attribute(9, true, "app.cart.value", |any| {
        any.fixed64(4, (token as f64 / 100.0).to_bits())
    });
    m.attribute(9, true, "app.cache.hit", |any| any.varint(2, token % 2));
    m.fixed64(8, start + random.below(5_000_000_000));
    m.fixed64(7, start);
    m.varint(6, 1 + random.below(5));
    m.bytes(5, format!("{method} {route}").as_bytes());
    m.bytes(4, &random.next().to_le_bytes());
    m.bytes(2, &random.next().to_le_bytes());
    m.bytes(
        1,
        &[random.next().to_le_bytes(), random.next().to_le_bytes()].concat(),
    );
}

fn log(m: &mut Message, random: &mut Random) {
    let at = EPOCH_UNIX_NANO + random.below(60_000_000_000);
    m.fixed64(11, at + 1_000_000);
    text(
        m,
        6,
        "log.file.path",
        &format!(
            "/var/log/pods/shop_cart_{:08x}/app/0.log",
            random.below(1 << 32)
        ),
    );
    text(m, 6, "log.iostream", random.pick(&["stdout", "stderr"]));
    int(m, 6, "log.file.offset", random.below(1 << 30));
    let body = match random.below(2) {
        0 => format!(
            r#"{{"level":"info","msg":"request served","path":"{}","status":{},"latency_ms":{},"user":{{"id":{}}}}}"#,
            route(random),
            random.pick(&[200, 201, 404, 500]),
            random.below(2000),
            random.below(100_000)
        ),
        _ => format!(
            "level=warn component=db msg=\"slow query\" duration={}ms table=orders",
            random.below(5000)
        ),
    };
    m.message(5, |any| any.bytes(1, body.as_bytes()));
    m.bytes(3, b"Info");
    m.varint(2, random.pick(&[9, 9, 5, 13, 17]));
    m.fixed64(1, at);
}

/// A gauge of one data point.
fn gauge(m: &mut Message, random: &mut Random) {
    m.message(5, |gauge| {
        gauge.message(1, |point| {
            text(point, 7, "cluster", "eu-west-1a");
            text(point, 7, "node", &format!("node-{}", random.below(40)));
            text(
                point,
                7,
                "pod",
                &format!("checkout-6d4cf56db6-{:05x}", random.below(1 << 20)),
            );
            text(point, 7, "http.route", &route(random));
            int(
                point,
                7,
                "http.response.status_code",
                random.pick(&[200, 404, 500]),
            );
            text(
                point,
                7,
                "customer.id",
                &format!("cust-{:06}", random.below(1_000_000)),
            );
            point.fixed64(4, (random.below(1 << 30) as f64).to_bits());
            point.fixed64(3, EPOCH_UNIX_NANO);
        });
    });
    m.bytes(3, b"By");
    m.bytes(1, b"system.memory.usage");
}
