//! The kinds of deployments, and how they differ for a store. What a deployment says of itself and how it
//! refuses is read by the code that reads it from real servers.

use mongodb::ServerType;
use mongodb::bson::{Document, doc};
use mongodb::error::{Error, ErrorKind};

use super::faults::Fault;
use crate::model::Failure;
use crate::mongo;

/// The kind of deployment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deployment {
    /// One server, which doesn't support transaction numbers.
    Standalone,
    /// Servers that elect a primary.
    ReplicaSet,
    /// A router in front of two shards.
    Mongos,
    /// Describes itself as a replica set, refuses transaction numbers, and throttles requests.
    AzureCosmosDb,
    /// Describes itself as a replica set, and refuses transaction numbers with another code.
    AmazonDocumentDb,
    /// Describes itself as a replica set without server sessions: the driver itself refuses a number.
    FerretDb,
}

/// All kinds. Those of `MongoDB` are the most frequent.
const KINDS: [Deployment; 9] = [
    Deployment::Standalone,
    Deployment::ReplicaSet,
    Deployment::ReplicaSet,
    Deployment::ReplicaSet,
    Deployment::Mongos,
    Deployment::Mongos,
    Deployment::AzureCosmosDb,
    Deployment::AmazonDocumentDb,
    Deployment::FerretDb,
];

impl Deployment {
    /// Chooses a kind.
    pub fn any(random: &mut fastrand::Rng) -> Self {
        random.choice(KINDS).unwrap()
    }

    /// How it describes itself to the driver.
    pub fn server_type(self) -> ServerType {
        match self {
            Self::Standalone => ServerType::Standalone,
            Self::Mongos => ServerType::Mongos,
            Self::ReplicaSet | Self::AzureCosmosDb | Self::AmazonDocumentDb | Self::FerretDb => ServerType::RsPrimary,
        }
    }

    /// The number of shards, each of which has a part of the sessions.
    pub fn shards(self) -> usize {
        if self == Self::Mongos { 2 } else { 1 }
    }

    /// Whether it carries out numbered writes.
    pub fn numbers_writes(self) -> bool {
        matches!(self, Self::ReplicaSet | Self::Mongos)
    }

    /// How it refuses a numbered write, in the words of `__test__/helpers/engines.js`.
    pub fn refuses_number(self) -> Option<Failure> {
        match self {
            Self::ReplicaSet | Self::Mongos => None,
            Self::Standalone => Some(mongo::of_command(&doc! {
                "code": 20,
                "errmsg": "Transaction numbers are only allowed on a replica set member or mongos",
            })),
            Self::AzureCosmosDb => Some(mongo::of_command(&doc! {
                "code": 2,
                "errmsg": "Retryable writes are not supported. Please disable retryable writes by specifying \
                    \"retrywrites=false\" in the connection string or an equivalent driver specific config.",
            })),
            Self::AmazonDocumentDb => Some(mongo::of_command(&doc! {
                "code": 301,
                "errmsg": "Retryable writes are not supported",
            })),
            Self::FerretDb => Some(Error::from(ErrorKind::SessionsNotSupported).into()),
        }
    }

    /// Whether it can fail like that.
    pub fn can_fail(self, fault: Fault) -> bool {
        match fault {
            Fault::Election | Fault::Unconfirmed => self != Self::Standalone,
            Fault::Twice => self.numbers_writes(),
            Fault::Throttling => self == Self::AzureCosmosDb,
            _ => true,
        }
    }
}

/// The error of a throttled request. Not all of them name a time.
pub fn throttled(wait: Option<u64>) -> Document {
    let named = wait.map(|wait| format!("RetryAfterMs={wait}, ")).unwrap_or_default();
    let details = "Details='Response status code does not indicate success: TooManyRequests (429)'";
    doc! { "code": 16_500, "errmsg": format!("Error=16500, {named}{details}") }
}
