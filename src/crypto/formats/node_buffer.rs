//! A `Buffer` as Node writes it into JSON: `{"type":"Buffer","data":[…]}`, and nothing else.

use serde::{Deserialize, Serialize};

/// The bytes of a `Buffer`.
#[derive(Deserialize, Serialize)]
#[serde(tag = "type", deny_unknown_fields)]
pub enum NodeBuffer {
    /// The only variant.
    Buffer {
        /// The bytes.
        data: Vec<u8>,
    },
}

impl NodeBuffer {
    /// The bytes.
    pub fn bytes(self) -> Vec<u8> {
        let Self::Buffer { data } = self;
        data
    }
}
