//! Encryption as the shim sets it up: the settings of a cipher, and the class that a store and an adapter of connect-mongo
//! share. The shim gives only what is native; adapters work on threads of Node's pool.

use std::sync::Arc;

use napi::bindgen_prelude::{AsyncTask, Either, Either3, Task, Uint8Array};
use napi::{Env, Error};
use napi_derive::napi;
use tokio::runtime::Handle;
use zeroize::Zeroizing;

use super::store::{Given, to_field};
use crate::crypto::{
    Algorithm, Cipher, CryptoError, Encoding, Envelope, Hash, KeyName, Kruptein, KrupteinOptions, Legacy,
    Mode, Release, Secret, Web, system_random,
};
use crate::model::Failure;
use crate::model::Field;
use crate::runtime;

/// A secret of `encryption.keys`.
#[napi(object, object_to_js = false)]
pub struct KeySettings {
    /// Its name, which goes into the records.
    pub id: String,
    /// The secret.
    pub secret: Uint8Array,
}

/// The options of kruptein's format, and of `secret`'s.
#[napi(object, object_to_js = false)]
pub struct PasswordSettings {
    /// The secret.
    pub secret: Uint8Array,
    /// Such as `aes-256-gcm`.
    pub algorithm: String,
    /// Such as `sha512`.
    pub hashing: String,
    /// `base64`, `base64url` or `hex`.
    pub encoding: String,
    /// The random bytes of a nonce.
    pub iv_len: u32,
    /// The release of kruptein whose form is written, such as `3.0`.
    pub release: Option<String>,
}

/// The options of Web Crypto's format.
#[napi(object, object_to_js = false)]
pub struct WebSettings {
    /// The secret.
    pub secret: Uint8Array,
    /// The salt of the one key.
    pub salt: Uint8Array,
    /// The rounds of PBKDF2.
    pub iterations: u32,
    /// Whether AES-GCM; AES-CBC otherwise.
    pub gcm: bool,
    /// `base64`, `base64url` or `hex`.
    pub encoding: String,
    /// The random bytes of a nonce.
    pub iv_len: u32,
    /// Whether hooks of the application are given what the text means as JSON.
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
    /// Whether an adapter in JavaScript reads what has none of our own forms.
    pub foreign: bool,
    /// Whether sessions that are not encrypted are read, too.
    pub reads_plain: bool,
    /// Whether a session that can't be decrypted counts as none.
    pub forgets: bool,
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
    fn build(&self, runtime: &Handle) -> Result<Cipher, CryptoError> {
        let envelope = self.keys.as_ref().map(|keys| {
            let keys = keys.iter().map(|key| (key.id.clone(), secret_of(&key.secret)));
            Envelope::new(keys, system_random)
        });
        let legacy = if let Some(given) = &self.kruptein {
            let (algorithm, hash, encoding) = given.names()?;
            let release = given
                .release
                .as_deref()
                .map_or(Some(Release::V3_0), Release::named);
            let options = KrupteinOptions {
                algorithm,
                hash,
                encoding,
                iv_len: given.iv_len as usize,
                release: release.ok_or(CryptoError::Format)?,
            };
            let secret = secret_of(&given.secret);
            Some(Legacy::Kruptein(Kruptein::new(
                secret,
                options,
                system_random,
                Some(runtime.clone()),
            )))
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
            Ok(Secret::new(
                secret,
                algorithm,
                hash,
                encoding,
                iv_len,
                system_random,
            ))
        });
        Ok(Cipher {
            envelope: envelope.transpose()?,
            legacy,
            secret: secret.transpose()?,
            reads_plain: self.reads_plain,
            forgets: self.forgets,
        })
    }
}

/// What encrypts and decrypts sessions, with the keys that it has derived.
#[napi]
pub struct NativeCipher {
    cipher: Arc<Cipher>,
    runtime: Handle,
}

#[napi]
impl NativeCipher {
    /// A cipher, whose first key is derived in the background.
    #[napi(constructor)]
    pub fn new(settings: CipherSettings) -> napi::Result<Self> {
        let runtime = runtime::handle().map_err(|error| Error::from_reason(error.to_string()))?;
        let cipher = settings
            .build(&runtime)
            .map_err(|error| Error::from_reason(error.code()))?;
        cipher.warm_up(&runtime);
        Ok(Self {
            cipher: Arc::new(cipher),
            runtime,
        })
    }

    /// Encrypts a text: a promise of the record, or of the five parts of an error.
    #[napi]
    pub fn encrypt(&self, text: String) -> AsyncTask<CipherTask> {
        self.task(text, true)
    }

    /// Decrypts a record, likewise.
    #[napi]
    pub fn decrypt(&self, stored: String) -> AsyncTask<CipherTask> {
        self.task(stored, false)
    }

    /// Encrypts a session for its id, for who stores it without the addon: a promise of the record, or of the parts of an
    /// error.
    #[napi]
    pub fn seal(&self, id: Given, session: Given) -> AsyncTask<SessionTask> {
        self.session_task(id, Some(session), true)
    }

    /// Decrypts what is stored under an id, likewise.
    #[napi]
    pub fn open(&self, id: Given, stored: Option<Given>) -> AsyncTask<SessionTask> {
        self.session_task(id, stored, false)
    }

    /// The ids under which a session may be stored, the one for writing first; none without `encryption`.
    #[napi]
    pub fn hash_ids(&self, sid: String) -> napi::Result<Vec<String>> {
        let ids = self
            .cipher
            .envelope
            .as_ref()
            .map(|envelope| envelope.hashed_ids(&sid));
        ids.transpose()
            .map(Option::unwrap_or_default)
            .map_err(|error| Error::from_reason(error.code()))
    }

    fn task(&self, text: String, encrypts: bool) -> AsyncTask<CipherTask> {
        AsyncTask::new(CipherTask {
            cipher: Arc::clone(&self.cipher),
            runtime: self.runtime.clone(),
            text,
            encrypts,
        })
    }

    fn session_task(&self, id: Given, value: Option<Given>, seals: bool) -> AsyncTask<SessionTask> {
        let fields = to_field(id).and_then(|id| Ok((id, value.map(to_field).transpose()?)));
        AsyncTask::new(SessionTask {
            cipher: Arc::clone(&self.cipher),
            runtime: self.runtime.clone(),
            fields,
            seals,
        })
    }

    /// The cipher itself.
    pub fn share(&self) -> Arc<Cipher> {
        Arc::clone(&self.cipher)
    }
}

/// One call of an adapter, on a thread of Node's pool.
pub struct CipherTask {
    cipher: Arc<Cipher>,
    runtime: Handle,
    text: String,
    encrypts: bool,
}

impl Task for CipherTask {
    type Output = Result<String, Failure>;
    type JsValue = Either<String, Vec<Option<String>>>;

    fn compute(&mut self) -> napi::Result<Self::Output> {
        let Self {
            cipher,
            runtime,
            text,
            ..
        } = self;
        Ok(runtime.block_on(async {
            if self.encrypts {
                cipher.encrypt(text, runtime).await
            } else {
                cipher.decrypt(text, runtime).await
            }
        }))
    }

    fn resolve(&mut self, _env: Env, output: Self::Output) -> napi::Result<Self::JsValue> {
        Ok(match output {
            Ok(text) => Either::A(text),
            Err(failure) => Either::B(parts_of(failure)),
        })
    }
}

/// One session of a store, likewise.
pub struct SessionTask {
    cipher: Arc<Cipher>,
    runtime: Handle,
    /// The id and the session, or why they are none.
    fields: Result<(Field, Option<Field>), Failure>,
    seals: bool,
}

impl Task for SessionTask {
    type Output = Result<Field, Failure>;
    type JsValue = Either3<String, Uint8Array, Vec<Option<String>>>;

    fn compute(&mut self) -> napi::Result<Self::Output> {
        let Self { cipher, runtime, .. } = self;
        let (id, value) = match &self.fields {
            Ok((id, value)) => (id, value.as_ref()),
            Err(failure) => return Ok(Err(failure.clone())),
        };
        Ok(runtime.block_on(async {
            match value {
                Some(session) if self.seals => cipher.ready_sealer(1, runtime).await?.seal(id, session),
                stored => cipher.open_patiently(id, stored, runtime).await,
            }
        }))
    }

    fn resolve(&mut self, _env: Env, output: Self::Output) -> napi::Result<Self::JsValue> {
        Ok(match output {
            Ok(Field::Text(text)) => Either3::A(text),
            Ok(Field::Wrapped(bytes)) => Either3::B(bytes.into()),
            Err(failure) => Either3::C(parts_of(failure)),
        })
    }
}

/// An error as the shim takes it.
fn parts_of(failure: Failure) -> Vec<Option<String>> {
    vec![
        Some(failure.name.to_owned()),
        Some(failure.message),
        None,
        failure.code_name,
    ]
}
