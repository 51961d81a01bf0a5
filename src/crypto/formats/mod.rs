//! The parts of stored records: containers, buffers, options.

pub mod der;
pub mod node_buffer;
pub mod options;
pub mod record;
