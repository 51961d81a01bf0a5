//! Remembers which sessions are large, so that reading them doesn't hold up others either. Sizes are learnt
//! when sessions are read and written. Sessions that were not seen for a long time are forgotten: there are
//! two generations, and a full one replaces the older one.

use std::collections::HashSet;
use std::mem;

use super::class::BULKY_BYTES;
use crate::model::Field;

/// The maximum number of ids in a generation.
const GENERATION: usize = 2_048;

/// The ids of large sessions.
#[derive(Default)]
pub struct Sizes {
    recent: HashSet<Field>,
    older: HashSet<Field>,
}

impl Sizes {
    /// Whether no large session is known.
    pub fn is_empty(&self) -> bool {
        self.recent.is_empty() && self.older.is_empty()
    }

    /// Whether the session was large when it was last seen.
    pub fn is_bulky(&self, id: &Field) -> bool {
        self.recent.contains(id) || self.older.contains(id)
    }

    /// Notes that the session was seen with this many bytes.
    pub fn note(&mut self, id: &Field, bytes: usize) {
        if bytes <= BULKY_BYTES {
            self.recent.remove(id);
            self.older.remove(id);
        } else if !self.recent.contains(id) {
            if self.recent.len() >= GENERATION {
                self.older = mem::take(&mut self.recent);
            }
            self.recent.insert(id.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: usize) -> Field {
        Field::Text(number.to_string())
    }

    #[test]
    fn recently_seen_sessions_are_known_and_others_are_forgotten() {
        let mut sizes = Sizes::default();
        for number in 0..10 * GENERATION {
            sizes.note(&id(number), BULKY_BYTES + 1);
            sizes.note(&id(0), BULKY_BYTES + 1);
            assert!(sizes.is_bulky(&id(number)) && sizes.is_bulky(&id(0)));
            assert!(sizes.recent.len() + sizes.older.len() <= 2 * GENERATION);
        }
        assert!(!sizes.is_bulky(&id(1)));
        sizes.note(&id(0), BULKY_BYTES);
        assert!(!sizes.is_bulky(&id(0)));
    }
}
