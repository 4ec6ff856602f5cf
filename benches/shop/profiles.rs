//! What a profiler of a host sends: profiles of several containers, and one dictionary.

use super::{EPOCH_UNIX_NANO, Random, Shape};
use crate::protobuf::Message;

const FUNCTION_COUNT: u64 = 100;
const STACK_COUNT: u64 = 60;
const THREAD_COUNT: u64 = 20;
const SAMPLES_PER_PROFILE: u64 = 32;

/// The strings of a dictionary.
struct Texts(Vec<String>);

impl Texts {
    fn index(&mut self, text: &str) -> u64 {
        let found = self.0.iter().position(|known| known == text);
        found.unwrap_or_else(|| {
            self.0.push(text.to_owned());
            self.0.len() - 1
        }) as u64
    }
}

pub(super) fn request(shape: Shape, random: &mut Random) -> Vec<u8> {
    let mut texts = Texts(vec![String::new()]);
    let mut dictionary = Message::new(|dictionary| tables(dictionary, &mut texts, random));
    let mut request = Message::new(|request| {
        for _ in 0..shape.records.div_ceil(shape.per_resource) {
            request.message(1, |container| {
                container.message(2, |scope| {
                    for _ in 0..shape.per_resource.div_ceil(SAMPLES_PER_PROFILE) {
                        let samples = shape.per_resource.min(SAMPLES_PER_PROFILE);
                        scope.message(2, |profile| {
                            self::profile(profile, samples, &mut texts, random)
                        });
                    }
                    scope.message(1, |scope| scope.bytes(1, b"ebpf"));
                });
                container.message(1, |resource| self::resource(resource, &mut texts, random));
            });
        }
    });
    for text in &texts.0 {
        dictionary.bytes(5, text.as_bytes());
    }
    request.bytes(2, &dictionary.0);
    request.0
}

/// The tables but for the strings; the first entry of each stands for none.
fn tables(m: &mut Message, texts: &mut Texts, random: &mut Random) {
    m.message(7, |_| {});
    for _ in 0..STACK_COUNT {
        let frames: Vec<u64> = (0..4 + random.below(20))
            .map(|_| 1 + random.below(FUNCTION_COUNT))
            .collect();
        m.message(7, |stack| stack.packed(1, &frames));
    }
    m.message(6, |_| {});
    for thread in 0..THREAD_COUNT {
        m.message(6, |attribute| {
            let name = format!("worker-{thread}");
            attribute.message(2, |any| any.bytes(1, name.as_bytes()));
            attribute.varint(1, texts.index("thread.name"));
        });
        m.message(6, |attribute| {
            attribute.message(2, |any| any.varint(3, 1000 + thread));
            attribute.varint(1, texts.index("process.pid"));
        });
    }
    m.message(3, |_| {});
    m.message(2, |_| {});
    for number in 1..=FUNCTION_COUNT {
        m.message(3, |function| {
            function.varint(4, random.below(2000));
            function.varint(3, texts.index("/src/shop/server.go"));
            function.varint(
                1,
                texts.index(&format!("shop.(*Server).handle{number:04x}")),
            );
        });
        m.message(2, |location| {
            location.message(3, |line| {
                line.varint(2, random.below(2000));
                line.varint(1, number);
            });
            location.varint(2, 0x40_0000 + random.below(1 << 24));
            location.varint(1, 1);
        });
    }
    m.message(1, |_| {});
    m.message(1, |mapping| {
        mapping.varint(4, texts.index("/usr/local/bin/shop"))
    });
}

fn profile(m: &mut Message, samples: u64, texts: &mut Texts, random: &mut Random) {
    let thread = 1 + 2 * random.below(THREAD_COUNT);
    m.packed(11, &[thread, thread + 1]);
    let id = [random.next().to_le_bytes(), random.next().to_le_bytes()].concat();
    m.bytes(7, &id);
    m.varint(6, 50_000_000);
    value_type(m, 5, ["cpu", "nanoseconds"], texts);
    m.varint(4, 5_000_000_000);
    let start = EPOCH_UNIX_NANO + random.below(60_000_000_000);
    m.fixed64(3, start);
    for _ in 0..samples {
        m.message(2, |sample| {
            sample.bytes(5, &(start + random.below(5_000_000_000)).to_le_bytes());
            sample.packed(4, &[1 + random.below(5)]);
            sample.packed(2, &[1 + 2 * random.below(THREAD_COUNT)]);
            sample.varint(1, 1 + random.below(STACK_COUNT));
        });
    }
    value_type(m, 1, ["samples", "count"], texts);
}

fn value_type(m: &mut Message, number: u32, [name, unit]: [&str; 2], texts: &mut Texts) {
    m.message(number, |value_type| {
        value_type.varint(2, texts.index(unit));
        value_type.varint(1, texts.index(name));
    });
}

/// A resource whose strings are in the dictionary.
fn resource(m: &mut Message, texts: &mut Texts, random: &mut Random) {
    let service = random.pick(&["checkout", "cart", "frontend", "payment"]);
    let env = random.pick(&["prod", "prod", "prod", "staging"]);
    let pod = format!("{service}-6d4cf56db6-{:05x}", random.below(1 << 20));
    let attributes = [
        ("service.name", service),
        ("service.namespace", "shop"),
        ("service.version", "2.4.1"),
        ("env", env),
        ("k8s.cluster.name", "eu-west-1a"),
        ("k8s.pod.name", &pod),
        ("telemetry.sdk.language", "go"),
    ];
    for (key, value) in attributes {
        m.message(1, |attribute| {
            attribute.varint(3, texts.index(key));
            attribute.message(2, |any| any.varint(8, texts.index(value)));
        });
    }
}
