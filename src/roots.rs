//! The authorities that the operating system trusts, or `SSL_CERT_FILE` and `SSL_CERT_DIR` in its place. The driver reads
//! its roots from a file, which `lib/tls.js` makes.

use napi_derive::napi;
use pem::Pem;

/// The certificates as PEM text; as many of them as can be read.
#[napi]
pub fn system_roots() -> String {
    let roots: Vec<Pem> = rustls_native_certs::load_native_certs()
        .certs
        .iter()
        .map(|certificate| Pem::new("CERTIFICATE", certificate.as_ref()))
        .collect();
    pem::encode_many(&roots)
}
