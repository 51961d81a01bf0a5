//! The classes of steps that travel together.

use std::time::Duration;

use super::super::operation::{Action, Write};

/// A session over this size travels separately, so that small ones don't wait for it.
pub const BULKY_BYTES: usize = 64 * 1024;

/// A class of steps that travel together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Reads.
    Read,
    /// Writes by the `update` command.
    Update,
    /// Writes by the `delete` command.
    Delete,
    /// Reads of large sessions.
    BulkyRead,
    /// Writes of large sessions.
    BulkyUpdate,
}

/// How many batches of each class may be in flight at a time, in the order of [`Class`].
pub const LANES: [usize; 5] = [2, 2, 1, 1, 1];
/// The same while the servers are far away. One more batch of reads means that fewer callers wait for a batch
/// with a long round trip. The default pool has a connection for each of these batches.
pub const FAR_LANES: [usize; 5] = [3, 2, 1, 1, 1];
/// Servers are far away if a round trip takes longer than this.
pub const FAR: Duration = Duration::from_millis(1);

impl Class {
    /// The class of an action with this many bytes. `is_bulky` says whether the session is known to be large.
    pub fn of(action: &Action, bytes: usize, is_bulky: bool) -> Self {
        match action {
            Action::Get { .. } if is_bulky => Self::BulkyRead,
            Action::Get { .. } => Self::Read,
            Action::Write(Write::Destroy) => Self::Delete,
            Action::Write(Write::Set { .. }) if bytes > BULKY_BYTES => Self::BulkyUpdate,
            Action::Write(_) => Self::Update,
        }
    }

    /// Whether the class reads.
    pub fn reads(self) -> bool {
        matches!(self, Self::Read | Self::BulkyRead)
    }
}
