//! Documents with the names and numbers that the store looks for, and others.

use mongodb::bson::oid::ObjectId;
use mongodb::bson::{Binary, Bson, DateTime, Document, Timestamp, Uuid};

/// The levels of documents.
const LEVELS: usize = 4;
/// The names that the store looks for, and others.
const NAMES: [&str; 24] = [
    "_id",
    "session",
    "expires",
    "lastModified",
    "ok",
    "n",
    "nModified",
    "writeErrors",
    "index",
    "code",
    "errmsg",
    "codeName",
    "upserted",
    "writeConcernError",
    "errorLabels",
    "keyPattern",
    "errInfo",
    "indexes",
    "key",
    "expireAfterSeconds",
    "_ts",
    "partialFilterExpression",
    "a",
    "",
];
/// Numbers and codes that mean something, and others.
const NUMBERS: [i32; 16] = [
    0,
    1,
    2,
    3,
    -1,
    66,
    11_000,
    112,
    189,
    91,
    50,
    64,
    20,
    462,
    16_500,
    i32::MAX,
];

/// The document that an input describes, with a few bytes for each value.
pub fn document(input: &[u8]) -> Document {
    Input(input).document(LEVELS)
}

struct Input<'a>(&'a [u8]);

impl Input<'_> {
    fn byte(&mut self) -> usize {
        let Some((first, rest)) = self.0.split_first() else {
            return 0;
        };
        self.0 = rest;
        usize::from(*first)
    }

    fn document(&mut self, levels: usize) -> Document {
        let mut document = Document::new();
        for _ in 0..self.byte() % 8 {
            let name = NAMES.iter().cycle().nth(self.byte()).copied().unwrap_or_default();
            document.insert(name, self.value(levels));
        }
        document
    }

    fn number(&mut self) -> i32 {
        NUMBERS.iter().cycle().nth(self.byte()).copied().unwrap_or_default()
    }

    fn text(&mut self) -> String {
        let length = self.byte().min(self.0.len());
        let (text, rest) = self.0.split_at(length);
        self.0 = rest;
        String::from_utf8_lossy(text).into_owned()
    }

    fn value(&mut self, levels: usize) -> Bson {
        let inside = levels.saturating_sub(1);
        match self.byte() % 16 {
            0 if levels > 0 => Bson::Document(self.document(inside)),
            1 if levels > 0 => Bson::Array((0..self.byte() % 8).map(|_| self.value(inside)).collect()),
            2 => Bson::Int64(self.number().into()),
            3 => Bson::Double(self.number().into()),
            4 => Bson::Double(f64::NAN),
            5 => Bson::Int64(i64::MIN),
            6 => Bson::String(self.text()),
            7 => Bson::DateTime(DateTime::from_millis(self.number().into())),
            8 => Bson::Boolean(self.byte() & 1 == 1),
            9 => Bson::Null,
            10 => Bson::Binary(Binary::from_uuid(Uuid::from_bytes([7; 16]))),
            11 => Bson::ObjectId(ObjectId::from_bytes([7; 12])),
            12 => Bson::Timestamp(Timestamp { time: 1, increment: 1 }),
            13 => Bson::JavaScriptCode(self.text()),
            14 => Bson::MinKey,
            _ => Bson::Int32(self.number()),
        }
    }
}
