//! Describes what the driver makes of a connection string, for tests and for debugging a connection that
//! doesn't work as intended. The description contains no password.

use std::time::Duration;

use mongodb::options::{
    Acknowledgment, ClientOptions, Compressor, ReadPreference, ReadPreferenceOptions, SelectionCriteria, ServerApi,
    ServerMonitoringMode, Tls, WriteConcern,
};
use napi::Error;
use napi_derive::napi;

use crate::model::Failure;
use crate::mongo::{parse, resolve};
use crate::runtime;

/// The settings of a connection, under the names of the connection string. A missing value means that the
/// driver's default applies.
#[napi(object, object_from_js = false)]
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "the connection string has as many flags")]
pub struct ConnectionDescription {
    /// The hosts, each as `host:port` or as the path of a socket.
    pub hosts: Vec<String>,
    /// The database that the string names.
    pub database: Option<String>,
    /// The user.
    pub user: Option<String>,
    /// Whether there is a password.
    pub has_password: bool,
    /// Whether the password equals the one passed to `describe_connection`.
    pub password_fits: bool,
    /// The database that authenticates the user.
    pub auth_source: Option<String>,
    /// The authentication mechanism, unless the server decides.
    pub auth_mechanism: Option<String>,
    /// The properties of the mechanism as `NAME:value`, sorted.
    pub auth_mechanism_properties: Vec<String>,
    /// Whether the connection uses TLS.
    pub tls: bool,
    /// The file with the certificate authorities.
    #[napi(js_name = "tlsCAFile")]
    pub tls_ca_file: Option<String>,
    /// The file with the client's certificate and key.
    pub tls_certificate_key_file: Option<String>,
    /// Whether the key has a password.
    pub has_key_password: bool,
    /// Whether invalid certificates are accepted.
    pub tls_allow_invalid_certificates: bool,
    /// The replica set.
    pub replica_set: Option<String>,
    /// Whether only the given host is used.
    pub direct_connection: Option<bool>,
    /// Whether the connection goes through a load balancer.
    pub load_balanced: Option<bool>,
    /// The version of the server API.
    pub server_api_version: Option<String>,
    /// Whether commands outside the server API are refused.
    pub server_api_strict: Option<bool>,
    /// Whether deprecated commands are refused.
    pub server_api_deprecation_errors: Option<bool>,
    /// The write concern: a number or a name.
    pub w: Option<String>,
    /// Whether writes must be in the journal.
    pub journal: Option<bool>,
    /// How long a write may wait for `w`, in milliseconds.
    #[napi(js_name = "wTimeoutMS")]
    pub w_timeout_ms: Option<f64>,
    /// The read concern.
    pub read_concern_level: Option<String>,
    /// The mode of the read preference.
    pub read_preference: Option<String>,
    /// The sets of tags, each as sorted `key:value`.
    pub read_preference_tags: Vec<Vec<String>>,
    /// How far a secondary may lag behind the primary.
    pub max_staleness_seconds: Option<f64>,
    /// Whether reads are retried.
    pub retry_reads: Option<bool>,
    /// Whether writes are retried.
    pub retry_writes: Option<bool>,
    /// The maximum number of retries when a server is overloaded.
    pub max_adaptive_retries: Option<u32>,
    /// Whether those retries go to other servers.
    pub enable_overload_retargeting: Option<bool>,
    /// The names of the compressors, in order of preference.
    pub compressors: Vec<String>,
    /// The compression level of zlib.
    pub zlib_compression_level: Option<u32>,
    /// The name of the application.
    pub app_name: Option<String>,
    /// The maximum number of connections to one server.
    pub max_pool_size: Option<u32>,
    /// The minimum number of connections to one server.
    pub min_pool_size: Option<u32>,
    /// The maximum number of connections that are opened at once.
    pub max_connecting: Option<u32>,
    /// How long a connection may be idle. This time and all following ones are in milliseconds.
    #[napi(js_name = "maxIdleTimeMS")]
    pub max_idle_time_ms: Option<f64>,
    /// How long connecting may take.
    #[napi(js_name = "connectTimeoutMS")]
    pub connect_timeout_ms: Option<f64>,
    /// How long the driver looks for a server.
    #[napi(js_name = "serverSelectionTimeoutMS")]
    pub server_selection_timeout_ms: Option<f64>,
    /// The time between two checks of a server.
    #[napi(js_name = "heartbeatFrequencyMS")]
    pub heartbeat_frequency_ms: Option<f64>,
    /// How much longer than the shortest a server's round trip may be.
    #[napi(js_name = "localThresholdMS")]
    pub local_threshold_ms: Option<f64>,
    /// How servers are monitored.
    pub server_monitoring_mode: Option<String>,
}

/// Describes a connection string from `lib/settings/connection-string.js`, without connecting or resolving
/// anything. `password` is compared with the one in the string.
#[napi]
pub fn describe_connection(uri: String, password: Option<String>) -> napi::Result<ConnectionDescription> {
    describe(&uri, password.as_deref()).map_err(|failure| Error::from_reason(failure.message))
}

fn describe(uri: &str, password: Option<&str>) -> Result<ConnectionDescription, Failure> {
    let (string, server_api) = parse(uri)?;
    let runtime = runtime::handle().map_err(|error| Failure::argument(error.to_string()))?;
    let options = runtime.block_on(resolve(uri, string))?;
    let mut description = ConnectionDescription {
        hosts: options.hosts.iter().map(ToString::to_string).collect(),
        database: options.default_database.clone(),
        replica_set: options.repl_set_name.clone(),
        direct_connection: options.direct_connection,
        load_balanced: options.load_balanced,
        read_concern_level: options.read_concern.as_ref().map(|concern| name_of(&concern.level)),
        retry_reads: options.retry_reads,
        retry_writes: options.retry_writes,
        max_adaptive_retries: options.max_adaptive_retries,
        enable_overload_retargeting: options.enable_overload_retargeting,
        app_name: options.app_name.clone(),
        max_pool_size: options.max_pool_size,
        min_pool_size: options.min_pool_size,
        max_connecting: options.max_connecting,
        max_idle_time_ms: milliseconds(options.max_idle_time),
        connect_timeout_ms: milliseconds(options.connect_timeout),
        server_selection_timeout_ms: milliseconds(options.server_selection_timeout),
        heartbeat_frequency_ms: milliseconds(options.heartbeat_freq),
        local_threshold_ms: milliseconds(options.local_threshold),
        server_monitoring_mode: options.server_monitoring_mode.as_ref().map(mode_name),
        ..ConnectionDescription::default()
    };
    description.add_credential(&options, password);
    description.add_tls(&options);
    description.add_concern(options.write_concern.as_ref());
    description.add_preference(options.selection_criteria.as_ref());
    description.add_compressors(options.compressors.as_deref().unwrap_or_default());
    description.add_server_api(server_api.as_ref());
    Ok(description)
}

impl ConnectionDescription {
    fn add_credential(&mut self, options: &ClientOptions, password: Option<&str>) {
        let Some(credential) = &options.credential else {
            return;
        };
        self.user.clone_from(&credential.username);
        self.has_password = credential.password.is_some();
        self.password_fits = credential.password.as_deref() == password;
        self.auth_source.clone_from(&credential.source);
        self.auth_mechanism = credential
            .mechanism
            .as_ref()
            .map(|mechanism| mechanism.as_str().to_owned());
        self.auth_mechanism_properties =
            sorted(credential.mechanism_properties.iter().flatten().map(|(name, value)| {
                format!(
                    "{name}:{}",
                    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
                )
            }));
    }

    fn add_tls(&mut self, options: &ClientOptions) {
        let Some(Tls::Enabled(tls)) = &options.tls else {
            return;
        };
        let path = |file: &Option<std::path::PathBuf>| file.as_ref().map(|path| path.display().to_string());
        self.tls = true;
        self.tls_ca_file = path(&tls.ca_file_path);
        self.tls_certificate_key_file = path(&tls.cert_key_file_path);
        self.has_key_password = tls.tls_certificate_key_file_password.is_some();
        self.tls_allow_invalid_certificates = tls.allow_invalid_certificates == Some(true);
    }

    fn add_concern(&mut self, concern: Option<&WriteConcern>) {
        let Some(concern) = concern else { return };
        self.w = concern.w.as_ref().map(|w| match w {
            Acknowledgment::Nodes(nodes) => nodes.to_string(),
            Acknowledgment::Custom(name) => name.clone(),
            _ => "majority".to_owned(),
        });
        self.journal = concern.journal;
        self.w_timeout_ms = milliseconds(concern.w_timeout);
    }

    fn add_preference(&mut self, criteria: Option<&SelectionCriteria>) {
        let Some(SelectionCriteria::ReadPreference(preference)) = criteria else {
            return;
        };
        let (mode, options) = match preference {
            ReadPreference::Secondary { options } => ("secondary", options.as_ref()),
            ReadPreference::PrimaryPreferred { options } => ("primaryPreferred", options.as_ref()),
            ReadPreference::SecondaryPreferred { options } => ("secondaryPreferred", options.as_ref()),
            ReadPreference::Nearest { options } => ("nearest", options.as_ref()),
            _ => ("primary", None),
        };
        self.read_preference = Some(mode.to_owned());
        let Some(ReadPreferenceOptions {
            tag_sets,
            max_staleness,
            ..
        }) = options
        else {
            return;
        };
        self.max_staleness_seconds = max_staleness.map(|staleness| staleness.as_secs_f64());
        self.read_preference_tags = tag_sets
            .iter()
            .flatten()
            .map(|tags| sorted(tags.iter().map(|(key, value)| format!("{key}:{value}"))))
            .collect();
    }

    fn add_compressors(&mut self, compressors: &[Compressor]) {
        for compressor in compressors {
            let name = match compressor {
                Compressor::Zlib { level } => {
                    self.zlib_compression_level = *level;
                    "zlib"
                }
                Compressor::Zstd { .. } => "zstd",
                _ => "snappy",
            };
            self.compressors.push(name.to_owned());
        }
    }

    fn add_server_api(&mut self, api: Option<&ServerApi>) {
        let Some(api) = api else { return };
        self.server_api_version = Some(api.version.to_string());
        self.server_api_strict = api.strict;
        self.server_api_deprecation_errors = api.deprecation_errors;
    }
}

fn sorted(texts: impl Iterator<Item = String>) -> Vec<String> {
    let mut texts: Vec<String> = texts.collect();
    texts.sort_unstable();
    texts
}

#[expect(clippy::cast_precision_loss, reason = "no limit is that long")]
fn milliseconds(time: Option<Duration>) -> Option<f64> {
    time.map(|time| time.as_micros() as f64 / 1000.0)
}

/// The driver reveals the name of a level only when it is serialised to BSON.
fn name_of(level: &mongodb::options::ReadConcernLevel) -> String {
    bson::serialize_to_bson(level)
        .ok()
        .and_then(|name| name.as_str().map(str::to_owned))
        .unwrap_or_default()
}

fn mode_name(mode: &ServerMonitoringMode) -> String {
    match mode {
        ServerMonitoringMode::Stream => "stream",
        ServerMonitoringMode::Poll => "poll",
        _ => "auto",
    }
    .to_owned()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn a_description_compares_the_password_and_does_not_contain_it() {
        let uri = "mongodb://ann:hunter2@localhost/shop?tls=true&tlsCertificateKeyFilePassword=hunter2";
        let ours = describe_connection(uri.to_owned(), Some("hunter2".to_owned())).unwrap();
        assert!(ours.has_password && ours.password_fits && ours.has_key_password);
        assert!(!format!("{ours:?}").contains("hunter2"));
        assert!(
            !describe_connection(uri.to_owned(), Some("hunter3".to_owned()))
                .unwrap()
                .password_fits
        );
    }
}
