//! The settings of a store, which JavaScript passes to the addon once.

use std::time::Duration;

use mongodb::options::{Acknowledgment, WriteConcern};
use napi_derive::napi;

use crate::mongo::{Place, acknowledged};

/// The settings of one store. `lib/options/index.js` has checked them; here they are trusted.
#[napi(object, object_to_js = false)]
pub struct Settings {
    /// A connection string that contains every option of the connection.
    pub uri: String,
    /// The database. Without it, the one that `uri` names, or else `test`.
    pub database: Option<String>,
    /// The collection.
    pub collection: String,
    /// Whether to create the TTL index, which lets the server remove expired sessions.
    pub ttl_index: bool,
    /// The time limit of an operation, in milliseconds.
    pub time_limit_ms: u32,
    /// How long an operation looks for a server, in milliseconds.
    pub selection_limit_ms: u32,
    /// Whether `set` and `touch` maintain `createdAt` and `updatedAt`.
    pub timestamps: bool,
    /// The write concern of every write. Without it, that of the connection.
    pub write_concern: Option<WriteConcernSettings>,
}

/// A write concern, in the terms of the `mongodb` package of npm.
#[napi(object, object_to_js = false)]
pub struct WriteConcernSettings {
    /// A number of nodes as text, `majority`, or the name of a custom concern.
    pub w: Option<String>,
    /// Whether the write must be in the journal.
    pub journal: Option<bool>,
    /// How long to wait for the nodes, in milliseconds.
    pub wtimeout_ms: Option<u32>,
}

impl WriteConcernSettings {
    /// The write concern in the driver's form. It is always acknowledged.
    pub fn to_driver(&self) -> WriteConcern {
        let mut concern = WriteConcern::default();
        concern.w = self.w.as_deref().map(|w| match w.parse() {
            Ok(nodes) => Acknowledgment::Nodes(nodes),
            Err(_) => Acknowledgment::from(w),
        });
        concern.journal = self.journal;
        concern.w_timeout = self.wtimeout_ms.map(|ms| Duration::from_millis(ms.into()));
        acknowledged(concern)
    }
}

impl Settings {
    /// Where the sessions are.
    pub fn place(&self) -> Place {
        Place {
            uri: self.uri.clone(),
            database: self.database.clone(),
            collection: self.collection.clone(),
            selection_limit: Duration::from_millis(self.selection_limit_ms.into()),
            ttl_index: self.ttl_index,
            timestamps: self.timestamps,
            write_concern: self.write_concern.as_ref().map(WriteConcernSettings::to_driver),
        }
    }

    /// The time limit of an operation.
    pub fn time_limit(&self) -> Duration {
        Duration::from_millis(self.time_limit_ms.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_write_concern_is_a_number_or_a_name_and_never_unacknowledged() {
        let given = |w: &str| WriteConcernSettings {
            w: Some(w.into()),
            journal: None,
            wtimeout_ms: Some(5),
        };
        assert_eq!(given("2").to_driver().w, Some(Acknowledgment::Nodes(2)));
        assert_eq!(given("majority").to_driver().w, Some(Acknowledgment::Majority));
        assert_eq!(given("dc").to_driver().w, Some(Acknowledgment::Custom("dc".into())));
        assert_eq!(given("0").to_driver().w, Some(Acknowledgment::Nodes(1)));
        assert_eq!(given("2").to_driver().w_timeout, Some(Duration::from_millis(5)));
    }
}
