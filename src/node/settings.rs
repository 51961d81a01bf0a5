//! What the shim tells the addon about a store, once.

use std::time::Duration;

use mongodb::options::{Acknowledgment, WriteConcern};
use napi_derive::napi;

use crate::mongo::{Place, acknowledged};

/// The settings of one store. `lib/options.js` has checked them; here they are trusted.
#[napi(object, object_to_js = false)]
pub struct Settings {
    /// A connection string with every option of the connection in it.
    pub uri: String,
    /// The database; the one that `uri` names, or `test`, when absent.
    pub database: Option<String>,
    /// The collection.
    pub collection: String,
    /// Whether to make the TTL index that lets the server remove expired sessions.
    pub ttl_index: bool,
    /// How long an operation may take, in milliseconds.
    pub time_limit_ms: u32,
    /// Whether `set` and `touch` keep `createdAt` and `updatedAt`.
    pub timestamps: bool,
    /// The write concern of every write; the connection's when absent.
    pub write_concern: Option<WriteConcernSettings>,
}

/// A write concern, in the terms of the `mongodb` package of npm.
#[napi(object, object_to_js = false)]
pub struct WriteConcernSettings {
    /// A number of nodes, as text, or `majority`, or the name of a custom concern.
    pub w: Option<String>,
    /// Whether the write must be in the journal.
    pub journal: Option<bool>,
    /// How long to wait for the nodes, in milliseconds.
    pub wtimeout_ms: Option<u32>,
}

impl WriteConcernSettings {
    /// The driver's own form, which is always acknowledged.
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
            ttl_index: self.ttl_index,
            timestamps: self.timestamps,
            write_concern: self.write_concern.as_ref().map(WriteConcernSettings::to_driver),
        }
    }

    /// How long an operation may take.
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
        assert_eq!(
            given("dc").to_driver().w,
            Some(Acknowledgment::Custom("dc".into()))
        );
        assert_eq!(given("0").to_driver().w, Some(Acknowledgment::Nodes(1)));
        assert_eq!(given("2").to_driver().w_timeout, Some(Duration::from_millis(5)));
    }
}
