//! Encryption as JavaScript sets it up: the settings of a cipher, and the class that a store and an adapter
//! of connect-mongo share. JavaScript passes only algorithms that have a native implementation. Calls wait on
//! the store's runtime. So the few threads of Node's pool stay free for reading files and looking up names.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use napi::bindgen_prelude::{Either3, Object, Uint8Array};
use napi::{Env, Error, JsDeferred};
use napi_derive::napi;
use tokio::runtime::Handle;
use tokio::time::timeout;
use zeroize::Zeroizing;

use super::store::{Given, to_field};
use crate::crypto::{
    Algorithm, Cipher, CryptoError, Encoding, Envelope, Hash, KeyName, Kruptein, KrupteinOptions, Legacy, Mode,
    Release, Secret, Web, system_random,
};
use crate::model::Failure;
use crate::model::Field;
use crate::runtime;

/// A secret of `encryption.keys`.
#[napi(object, object_to_js = false)]
pub struct KeySettings {
    /// The name of the secret, which is stored in the records.
    pub id: String,
    /// The secret.
    pub secret: Uint8Array,
}

/// The options of kruptein's format and of the format of `secret`.
#[napi(object, object_to_js = false)]
pub struct PasswordSettings {
    /// The secret.
    pub secret: Uint8Array,
    /// The cipher, such as `aes-256-gcm`.
    pub algorithm: String,
    /// The hash, such as `sha512`.
    pub hashing: String,
    /// The encoding: `base64`, `base64url` or `hex`.
    pub encoding: String,
    /// The number of random bytes in a nonce.
    pub iv_len: u32,
    /// The release of kruptein whose format is written, such as `3.0`.
    pub release: Option<String>,
}

/// The options of Web Crypto's format.
#[napi(object, object_to_js = false)]
pub struct WebSettings {
    /// The secret.
    pub secret: Uint8Array,
    /// The salt of the only key.
    pub salt: Uint8Array,
    /// The rounds of PBKDF2.
    pub iterations: u32,
    /// Whether to use AES-GCM; otherwise AES-CBC.
    pub gcm: bool,
    /// The encoding: `base64`, `base64url` or `hex`.
    pub encoding: String,
    /// The number of random bytes in a nonce.
    pub iv_len: u32,
    /// Whether hooks of the application take the text parsed as JSON.
    pub parses: bool,
}

/// How sessions are encrypted.
#[napi(object, object_to_js = false)]
pub struct CipherSettings {
    /// `encryption.keys`, the newest first.
    pub keys: Option<Vec<KeySettings>>,
    /// `crypto`
    pub kruptein: Option<PasswordSettings>,
    /// The Web Crypto adapter.
    pub web: Option<WebSettings>,
    /// `secret`
    pub secret: Option<PasswordSettings>,
    /// Whether an adapter in JavaScript reads records that are in none of our own formats.
    pub foreign: bool,
    /// Whether sessions that are not encrypted are read, too.
    pub reads_plain: bool,
    /// Whether a session that can't be decrypted counts as missing.
    pub forgets: bool,
    /// Whether a decrypted session comes with its record. Without it, it doesn't.
    pub keeps_records: Option<bool>,
}

fn secret_of(bytes: &Uint8Array) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(bytes.to_vec())
}

impl PasswordSettings {
    fn names(&self) -> Result<(Algorithm, Hash, Encoding), CryptoError> {
        let names = (
            Algorithm::named(&self.algorithm),
            Hash::named(&self.hashing),
            Encoding::named(&self.encoding),
        );
        let (Some(algorithm), Some(hash), Some(encoding)) = names else {
            return Err(CryptoError::Format);
        };
        Ok((algorithm, hash, encoding))
    }
}

impl CipherSettings {
    fn build(&self) -> Result<Cipher, CryptoError> {
        let envelope = self.keys.as_ref().map(|keys| {
            let keys = keys.iter().map(|key| (key.id.clone(), secret_of(&key.secret)));
            Envelope::new(keys, system_random)
        });
        let legacy = if let Some(given) = &self.kruptein {
            let (algorithm, hash, encoding) = given.names()?;
            let release = given.release.as_deref().map_or(Some(Release::V3_0), Release::named);
            let options = KrupteinOptions {
                algorithm,
                hash,
                encoding,
                iv_len: given.iv_len as usize,
                release: release.ok_or(CryptoError::Format)?,
            };
            let secret = secret_of(&given.secret);
            Some(Legacy::Kruptein(Kruptein::new(secret, options, system_random)))
        } else if let Some(given) = &self.web {
            let name = KeyName {
                salt: given.salt.to_vec(),
                rounds: given.iterations,
            };
            let web = Web::new(
                secret_of(&given.secret),
                name,
                if given.gcm { Mode::Gcm } else { Mode::Cbc },
                Encoding::named(&given.encoding).ok_or(CryptoError::Format)?,
                given.iv_len as usize,
                system_random,
            );
            Some(Legacy::Web {
                web,
                parses: given.parses,
            })
        } else {
            self.foreign.then_some(Legacy::Foreign)
        };
        let secret = self.secret.as_ref().map(|given| {
            let (algorithm, hash, encoding) = given.names()?;
            let secret = secret_of(&given.secret);
            let iv_len = given.iv_len as usize;
            Ok(Secret::new(secret, algorithm, hash, encoding, iv_len, system_random))
        });
        Ok(Cipher {
            envelope: envelope.transpose()?,
            legacy,
            secret: secret.transpose()?,
            reads_plain: self.reads_plain,
            forgets: self.forgets,
            keeps_records: self.keeps_records.unwrap_or_default(),
        })
    }
}

/// Encrypts and decrypts sessions, and caches the keys that it has derived.
#[napi]
pub struct NativeCipher {
    cipher: Arc<Cipher>,
    runtime: Handle,
}

#[napi]
impl NativeCipher {
    /// Creates a cipher. Its first key is derived in the background.
    #[napi(constructor)]
    pub fn new(settings: CipherSettings) -> napi::Result<Self> {
        let runtime = runtime::handle().map_err(|error| Error::from_reason(error.to_string()))?;
        let cipher = settings.build().map_err(|error| Error::from_reason(error.code()))?;
        cipher.warm_up();
        Ok(Self {
            cipher: Arc::new(cipher),
            runtime,
        })
    }

    /// Encrypts a text. Returns a promise of the record or of the parts of an error.
    #[napi]
    pub fn encrypt<'env>(&self, env: &'env Env, text: String) -> napi::Result<Object<'env>> {
        self.promise(
            env,
            |cipher| async move { Ok(Field::Text(cipher.encrypt(&text).await?)) },
        )
    }

    /// Decrypts a record. Returns a promise of the text or of the parts of an error.
    #[napi]
    pub fn decrypt<'env>(&self, env: &'env Env, stored: String) -> napi::Result<Object<'env>> {
        self.promise(
            env,
            |cipher| async move { Ok(Field::Text(cipher.decrypt(&stored).await?)) },
        )
    }

    /// Encrypts a session for its id, for a caller that stores it without the addon. Returns a promise of the
    /// record or of the parts of an error. After `limit_ms`, the call gives up.
    #[napi]
    pub fn seal<'env>(&self, env: &'env Env, id: Given, session: Given, limit_ms: f64) -> napi::Result<Object<'env>> {
        let fields = to_field(id).and_then(|id| Ok((id, to_field(session)?)));
        self.promise(env, move |cipher| {
            within(limit_ms, async move {
                let (id, session) = fields?;
                cipher.seal(&id, &session).await
            })
        })
    }

    /// Decrypts the value stored under an id. Returns a promise of the session or of the parts of an error.
    /// After `limit_ms`, the call gives up.
    #[napi]
    pub fn open<'env>(
        &self,
        env: &'env Env,
        id: Given,
        stored: Option<Given>,
        limit_ms: f64,
    ) -> napi::Result<Object<'env>> {
        let fields = to_field(id).and_then(|id| Ok((id, stored.map(to_field).transpose()?)));
        self.promise(env, move |cipher| {
            within(limit_ms, async move {
                let (id, stored) = fields?;
                Ok(cipher.open_patiently(&id, stored.as_ref()).await?)
            })
        })
    }

    /// The ids under which a session may be stored. The first one is for writing. Without `encryption`, there
    /// are none.
    #[napi]
    pub fn hash_ids(&self, sid: String) -> napi::Result<Vec<String>> {
        let ids = self.cipher.envelope.as_ref().map(|envelope| envelope.hashed_ids(&sid));
        ids.transpose()
            .map(Option::unwrap_or_default)
            .map_err(|error| Error::from_reason(error.code()))
    }
}

impl NativeCipher {
    /// The cipher itself.
    pub fn share(&self) -> Arc<Cipher> {
        Arc::clone(&self.cipher)
    }

    /// Runs an action on the runtime, and returns a promise of its result.
    fn promise<'env, F>(&self, env: &'env Env, act: impl FnOnce(Arc<Cipher>) -> F) -> napi::Result<Object<'env>>
    where
        F: Future<Output = Result<Field, Failure>> + Send + 'static,
    {
        let (deferred, promise) = env.create_deferred()?;
        let mut answer = Answer(Some(deferred));
        let doing = act(self.share());
        self.runtime.spawn(async move { answer.give(doing.await) });
        Ok(promise)
    }
}

/// The value of a settled promise: text, the bytes of a BSON document, or the parts of an error.
type Settled = Either3<String, Uint8Array, Vec<Option<String>>>;
/// Creates the value on the thread of its environment.
type Resolver = Box<dyn FnOnce(Env) -> napi::Result<Settled>>;

/// Settles a promise exactly once. If its task ends without a result, dropping this settles the promise with
/// an error, since the event loop waits for it.
struct Answer(Option<JsDeferred<Settled, Resolver>>);

impl Answer {
    fn give(&mut self, result: Result<Field, Failure>) {
        if let Some(deferred) = self.0.take() {
            deferred.resolve(Box::new(move |_| {
                Ok(match result {
                    Ok(Field::Text(text)) => Either3::A(text),
                    Ok(Field::Wrapped(bytes)) => Either3::B(bytes.into()),
                    Err(failure) => Either3::C(parts_of(failure)),
                })
            }));
        }
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        self.give(Err(Failure::lost()));
    }
}

/// The result of an action, or a timeout after `limit_ms`. The action is then dropped, which withdraws its
/// request for a key.
async fn within(limit_ms: f64, doing: impl Future<Output = Result<Field, Failure>>) -> Result<Field, Failure> {
    // A value that is not a valid duration, such as infinity, means no limit.
    let limit = Duration::try_from_secs_f64(limit_ms / 1_000.0).unwrap_or(Duration::MAX);
    timeout(limit, doing)
        .await
        .unwrap_or_else(|_| Err(Failure::late(limit, Some(&CryptoError::Lost.into()), "")))
}

/// An error in the form that JavaScript expects.
fn parts_of(failure: Failure) -> Vec<Option<String>> {
    vec![
        Some(failure.name.to_owned()),
        Some(failure.message),
        None,
        failure.code_name,
    ]
}
