//! The certificate authorities that the operating system trusts, or those of `SSL_CERT_FILE` and
//! `SSL_CERT_DIR` if set. The driver reads its roots from a file, which `lib/settings/tls-files.js` makes.

use napi_derive::napi;
use pem::Pem;

/// The certificates as PEM text. Certificates that can't be read are left out.
#[napi]
pub fn system_roots() -> String {
    let roots: Vec<Pem> = rustls_native_certs::load_native_certs()
        .certs
        .iter()
        .map(|certificate| Pem::new("CERTIFICATE", certificate.as_ref()))
        .collect();
    pem::encode_many(&roots)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn the_roots_of_the_system_are_certificates() {
        let roots = pem::parse_many(system_roots()).unwrap();
        assert!(!roots.is_empty());
        assert!(roots.iter().all(|root| root.tag() == "CERTIFICATE"));
    }
}
