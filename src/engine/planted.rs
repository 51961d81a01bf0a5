//! Faults that a test puts into the engine, to see that the simulation finds them. Elsewhere there is none.

/// A fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Planted {
    /// None.
    Nothing,
    /// An attempt is dropped at the first deadline of its callers, and begun anew for the others.
    CutAtFirstDeadline,
    /// Other statements have the number of those before.
    ReusedNumber,
    /// Writes have no number.
    MissingNumber,
    /// A session is free before the answer to its removal.
    OvertakenDelete,
    /// A caller is answered twice.
    #[cfg(test)]
    TwoAnswers,
    /// The earlier callers of merged sets are answered before the last one's session is stored.
    EarlyMerge,
    /// A session is free before it is known what becomes of a late write.
    EarlyRelease,
}
