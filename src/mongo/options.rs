//! Turns the connection string of a store into options of the driver.

use std::fs::File;

use mongodb::options::{
    Acknowledgment, ClientOptions, ConnectionString, DriverInfo, ServerApi, ServerApiVersion, ServerMonitoringMode,
    Tls, WriteConcern,
};

use crate::model::{Failure, FailureKind};

/// The default number of connections from a store to a server. The driver watches the server through one of
/// them; operations share the others.
const CONNECTIONS: u32 = 4;

const SEED_LIST: &str = "mongodb+srv://";
const SCHEMES: [&str; 2] = ["mongodb://", SEED_LIST];
const UNREADABLE: &str =
    "The connection string can't be read: check that its user name and password are percent-encoded";

/// Reads a connection string.
///
/// # Errors
/// `MongoParseError`, which says what is wrong with the string without quoting its credentials.
pub async fn client_options(uri: &str) -> Result<ClientOptions, Failure> {
    let (string, server_api) = parse(uri)?;
    let mut options = resolve(uri, string).await?;
    options.server_api = server_api;
    if options.max_pool_size.is_none() {
        // Polling takes one connection, streaming two. Polling leaves two connections for writes and one for
        // reads, which makes writes a fifth faster than one for each. Streaming would gain nothing, since
        // operations notice a failover first.
        let mode = options.server_monitoring_mode.get_or_insert(ServerMonitoringMode::Poll);
        let watching = if *mode == ServerMonitoringMode::Poll { 1 } else { 2 };
        let pool = CONNECTIONS - watching;
        options.max_pool_size = Some(pool.max(options.min_pool_size.unwrap_or_default()));
    }
    options.driver_info = Some(
        DriverInfo::builder()
            .name(env!("CARGO_PKG_NAME"))
            .version(env!("CARGO_PKG_VERSION").to_owned())
            .build(),
    );
    check_files(&options)?;
    Ok(options)
}

/// The parts of a connection string as written, and the server API that `lib/settings/connection-string.js`
/// puts into it.
///
/// # Errors
/// `MongoParseError`, as for [`client_options`].
pub fn parse(uri: &str) -> Result<(ConnectionString, Option<ServerApi>), Failure> {
    if !SCHEMES.iter().any(|scheme| uri.starts_with(scheme)) {
        return Err(Failure::uri(
            "Invalid scheme, expected connection string to start with \"mongodb://\" or \"mongodb+srv://\"",
        ));
    }
    // `lib/settings/seed-list.js` looks up the servers of a string that it can read.
    if uri.starts_with(SEED_LIST) {
        return Err(Failure::uri(UNREADABLE));
    }
    // The driver panics at an escape that is cut by a character of several bytes, and prints a part of the password.
    if user_info(uri).is_some_and(has_broken_escape) {
        return Err(Failure::uri(UNREADABLE));
    }
    let (others, server_api) = take_server_api(uri).map_err(|failure| without_credentials(uri, failure))?;
    let string = ConnectionString::parse(others).map_err(|error| parse_failure(uri, error))?;
    Ok((string, server_api))
}

/// The driver's options for a parsed connection string. It includes the defaults that depend on other
/// options.
///
/// # Errors
/// As for [`client_options`].
pub async fn resolve(uri: &str, string: ConnectionString) -> Result<ClientOptions, Failure> {
    let mut options = ClientOptions::parse(string)
        .await
        .map_err(|error| parse_failure(uri, error))?;
    options.write_concern = options.write_concern.map(acknowledged);
    Ok(options)
}

/// Takes the server API out of the string, since it is not part of the driver's connection strings.
fn take_server_api(uri: &str) -> Result<(String, Option<ServerApi>), Failure> {
    let Some((address, query)) = uri.split_once('?') else {
        return Ok((uri.to_owned(), None));
    };
    let (mut version, mut strict, mut deprecation_errors) = (None, None, None);
    let mut others = Vec::new();
    for pair in query.split('&') {
        match pair.split_once('=') {
            Some(("serverApiVersion", value)) => version = Some(value),
            Some(("serverApiStrict", value)) => strict = Some(value == "true"),
            Some(("serverApiDeprecationErrors", value)) => deprecation_errors = Some(value == "true"),
            _ => others.push(pair),
        }
    }
    let others = format!("{address}?{}", others.join("&"));
    let Some(version) = version else {
        return Ok((others, None));
    };
    if version != ServerApiVersion::V1.to_string() {
        return Err(Failure::uri(format!(
            "Invalid server API version={version}; must be in the following enum: [\"1\"]"
        )));
    }
    let mut api = ServerApi::builder().version(ServerApiVersion::V1).build();
    api.strict = strict;
    api.deprecation_errors = deprecation_errors;
    Ok((others, Some(api)))
}

/// Checks that files can be opened: the driver's own message doesn't say which one can't.
fn check_files(options: &ClientOptions) -> Result<(), Failure> {
    let Some(Tls::Enabled(tls)) = &options.tls else {
        return Ok(());
    };
    for (name, file) in [
        ("tlsCAFile", &tls.ca_file_path),
        ("tlsCertificateKeyFile", &tls.cert_key_file_path),
    ] {
        if let Some(path) = file
            && let Err(error) = File::open(path)
        {
            return Err(Failure::argument(format!("{name} {}: {error}", path.display())));
        }
    }
    Ok(())
}

/// Makes a write concern acknowledged. An unacknowledged write (`w: 0`) is sent as an acknowledged one, since
/// every command has a reply anyway and the result comes with it.
pub fn acknowledged(mut concern: WriteConcern) -> WriteConcern {
    if matches!(concern.w, Some(Acknowledgment::Nodes(0))) {
        concern.w = Some(Acknowledgment::Nodes(1));
    }
    concern
}

/// What may be the user name and the password, also where they are not escaped.
fn user_info(uri: &str) -> Option<&str> {
    let (_, rest) = uri.split_once("://")?;
    Some(rest.rsplit_once('@')?.0)
}

fn has_broken_escape(text: &str) -> bool {
    let is_escape = |rest: &str| matches!(rest.as_bytes(), [first, second, ..] if first.is_ascii_hexdigit() && second.is_ascii_hexdigit());
    !text.split('%').skip(1).all(is_escape)
}

fn parse_failure(uri: &str, error: mongodb::error::Error) -> Failure {
    let failure = Failure::from(error);
    if failure.kind == FailureKind::Passing {
        return failure;
    }
    without_credentials(uri, failure)
}

/// A failure may quote the part that could not be read, which may be the credentials.
fn without_credentials(uri: &str, failure: Failure) -> Failure {
    let quotes = |secret: &str| secret.len() > 2 && failure.message.contains(secret);
    // Such a sign ends the credentials for the driver. It takes what follows for a host, a database or an option.
    let is_cut = |info: &str| info.contains(['/', '?', '#', '[', ']', '@']) || info.matches(':').count() > 1;
    let leaks = user_info(uri).is_some_and(|info| is_cut(info) || info.split(':').any(quotes));
    if leaks {
        return Failure::uri(UNREADABLE);
    }
    Failure::uri(failure.message)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    async fn refusal(uri: &str) -> Failure {
        client_options(uri).await.unwrap_err()
    }

    #[tokio::test]
    async fn an_invalid_connection_string_is_refused_in_the_words_of_the_node_driver() {
        for uri in ["", "nope", "http://localhost", "mongodb:/localhost"] {
            assert!(
                refusal(uri)
                    .await
                    .message
                    .starts_with("Invalid scheme, expected connection string")
            );
        }
        assert!(
            refusal("mongodb://localhost/?colour=red")
                .await
                .message
                .contains("colour")
        );
    }

    #[tokio::test]
    async fn no_refusal_quotes_a_credential() {
        for uri in [
            "mongodb://ann:s3cr%zzt@localhost/",
            "mongodb://ann:s3cret/@localhost",
            "mongodb://ann:s3:cret@localhost",
            "mongodb://ann:s3%€cret@localhost",
            "mongodb://ann%a€:s3cret@localhost",
            "mongodb://ann:s3cret?@localhost",
            "mongodb://ann:s3cret/x@localhost",
            "mongodb://ann:12/x?s3cret=1@localhost",
            "mongodb://ann/x?serverApiVersion=s3cret@localhost",
        ] {
            let failure = refusal(uri).await;
            assert!(!failure.message.contains("s3"), "{}", failure.message);
        }
    }

    #[tokio::test]
    async fn the_server_api_is_taken_out_of_the_string() {
        let uri = "mongodb://localhost/?w=2&serverApiVersion=1&serverApiStrict=true&appName=x";
        let options = client_options(uri).await.unwrap();
        let api = options.server_api.unwrap();
        assert_eq!(api.version, ServerApiVersion::V1);
        assert_eq!((api.strict, api.deprecation_errors), (Some(true), None));
        assert_eq!(options.app_name.as_deref(), Some("x"));
        let failure = refusal("mongodb://localhost/?serverApiVersion=2").await;
        assert!(failure.message.contains("Invalid server API version=2"));
    }

    #[tokio::test]
    async fn the_error_names_a_missing_file() {
        for name in ["tlsCAFile", "tlsCertificateKeyFile"] {
            let failure = refusal(&format!("mongodb://localhost/?tls=true&{name}=/absent.pem")).await;
            assert!(failure.message.starts_with(&format!("{name} /absent.pem: ")));
        }
    }
}
