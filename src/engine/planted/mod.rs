//! Faults that a test plants in the engine to check that the simulation finds them. A build without tests has
//! none.

#[cfg(not(test))]
mod none;
#[cfg(test)]
mod plant;

#[cfg(test)]
pub use plant::Plant;

/// A fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Planted {
    /// No fault.
    Nothing,
    /// An attempt is dropped at the first deadline of its callers, and started again for the others.
    CutAtFirstDeadline,
    /// Different statements reuse the number of the previous ones.
    ReusedNumber,
    /// Each attempt has a number of its own.
    FreshNumber,
    /// Writes have no transaction number.
    MissingNumber,
    /// A caller gets a session that has expired by its own clock, but not by another caller's.
    OneClock,
    /// A session is released before the outcome of a late write is known.
    EarlyRelease,
    /// A session is released before its removal is answered.
    #[cfg(test)]
    OvertakenDelete,
    /// A caller is answered twice.
    #[cfg(test)]
    TwoAnswers,
    /// The earlier callers of merged sets are answered before the session of the last set is stored.
    #[cfg(test)]
    EarlyMerge,
    /// A save brings back a session that was destroyed after it was read.
    #[cfg(test)]
    Upsert,
    /// Only saves that were merged do.
    #[cfg(test)]
    MergedUpsert,
    /// Only a save whose answer was lost does, when it is sent again.
    #[cfg(test)]
    RetriedUpsert,
    /// Only a save of a session that this process has stored and not destroyed itself does.
    #[cfg(test)]
    OneProcess,
    /// A save that is to be compared with what was read is stored in any case.
    #[cfg(test)]
    Overwrite,
    /// The refusal of a transaction number fails the operation.
    #[cfg(test)]
    RefusedNumber,
}
