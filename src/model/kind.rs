//! The kinds of operations, which are counted separately.

/// A method of the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `get`
    Get,
    /// `set`
    Set,
    /// `touch`
    Touch,
    /// `destroy`
    Destroy,
    /// `all`
    All,
    /// `length`
    Length,
    /// `clear`
    Clear,
    /// The removal of expired sessions at an interval.
    RemoveExpired,
}

impl Kind {
    /// All kinds, in the order of their discriminants.
    pub const ALL: [Self; 8] = [
        Self::Get,
        Self::Set,
        Self::Touch,
        Self::Destroy,
        Self::All,
        Self::Length,
        Self::Clear,
        Self::RemoveExpired,
    ];

    /// The method's name in JavaScript.
    pub fn name(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::Set => "set",
            Self::Touch => "touch",
            Self::Destroy => "destroy",
            Self::All => "all",
            Self::Length => "length",
            Self::Clear => "clear",
            Self::RemoveExpired => "removeExpired",
        }
    }

    /// Whether the operation needs a server that takes writes.
    pub fn writes(self) -> bool {
        !matches!(self, Self::Get | Self::All | Self::Length)
    }
}
