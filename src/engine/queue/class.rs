//! Which steps travel together.

use std::time::Duration;

use super::super::operation::{Action, Write};

/// A session over this size travels apart, so that small ones don't wait for it.
pub const BULKY_BYTES: usize = 64 * 1024;

/// Steps of one class travel together.
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

/// How many batches of each class are under way at a time, in the order of [`Class`].
pub const LANES: [usize; 5] = [2, 2, 1, 1, 1];
/// How many there are when the servers are far away, so that fewer callers wait for a batch that has a long way to go. Each
/// has a connection of the default pool.
pub const FAR_LANES: [usize; 5] = [3, 2, 1, 1, 1];
/// Servers are far away when a round trip takes longer.
pub const FAR: Duration = Duration::from_millis(1);

impl Class {
    /// The class of an action of so many bytes, on a session that is known to be large or not.
    pub fn of(action: &Action, bytes: usize, is_bulky: bool) -> Self {
        match action {
            Action::Get if is_bulky => Self::BulkyRead,
            Action::Get => Self::Read,
            Action::Write(Write::Destroy) => Self::Delete,
            Action::Write(Write::Set { .. }) if bytes > BULKY_BYTES => Self::BulkyUpdate,
            Action::Write(_) => Self::Update,
        }
    }

    /// Whether it reads.
    pub fn reads(self) -> bool {
        matches!(self, Self::Read | Self::BulkyRead)
    }
}
