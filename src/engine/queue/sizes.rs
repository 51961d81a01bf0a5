//! Which sessions are large, so that reading them doesn't hold up others either. It is learnt when they are read and
//! written, and forgotten when they were not seen for long: there are two generations, and a full one takes the place of
//! the one before.

use std::collections::HashSet;
use std::mem;

use super::class::BULKY_BYTES;
use crate::model::Field;

/// The ids of a generation.
const GENERATION: usize = 2_048;

/// The ids of large sessions.
#[derive(Default)]
pub struct Sizes {
    recent: HashSet<Field>,
    older: HashSet<Field>,
}

impl Sizes {
    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.recent.is_empty() && self.older.is_empty()
    }

    /// Whether the session was large when it was last seen.
    pub fn is_bulky(&self, id: &Field) -> bool {
        self.recent.contains(id) || self.older.contains(id)
    }

    /// The session was seen with so many bytes.
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
    fn what_was_seen_lately_is_known_and_what_was_not_is_forgotten() {
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
