//! What the texts of stored records are made of.

pub mod der;
pub mod node_buffer;
pub mod options;
pub mod record;
