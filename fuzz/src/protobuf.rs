//! A protobuf writer of a few lines, so that requests do not come out of the code that is tested.

/// The bytes of a message.
#[derive(Default)]
pub struct Message(pub Vec<u8>);

impl Message {
    /// What `fill` writes.
    pub fn new(fill: impl FnOnce(&mut Message)) -> Message {
        let mut message = Message::default();
        fill(&mut message);
        message
    }

    fn raw_varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }

    /// A varint field.
    pub fn varint(&mut self, number: u32, value: u64) {
        self.raw_varint(u64::from(number) << 3);
        self.raw_varint(value);
    }

    /// A field of packed varints.
    pub fn packed(&mut self, number: u32, values: &[u64]) {
        let mut chunk = Message::default();
        values.iter().for_each(|value| chunk.raw_varint(*value));
        self.bytes(number, &chunk.0);
    }

    /// A field of eight bytes.
    pub fn fixed64(&mut self, number: u32, value: u64) {
        self.raw_varint(u64::from(number) << 3 | 1);
        self.0.extend_from_slice(&value.to_le_bytes());
    }

    /// A field of bytes or text.
    pub fn bytes(&mut self, number: u32, value: &[u8]) {
        self.raw_varint(u64::from(number) << 3 | 2);
        self.raw_varint(value.len() as u64);
        self.0.extend_from_slice(value);
    }

    /// A field that is a message.
    pub fn message(&mut self, number: u32, fill: impl FnOnce(&mut Message)) {
        self.bytes(number, &Message::new(fill).0);
    }

    /// A `KeyValue` field whose value is what `fill` writes to its `AnyValue`; the value comes before the
    /// key, as the collector writes them, or after it.
    pub fn attribute(
        &mut self,
        number: u32,
        is_value_first: bool,
        key: &str,
        fill: impl FnOnce(&mut Message),
    ) {
        self.message(number, |pair| {
            if is_value_first {
                pair.message(2, fill);
                pair.bytes(1, key.as_bytes());
            } else {
                pair.bytes(1, key.as_bytes());
                pair.message(2, fill);
            }
        });
    }
}
