//! A value on its way to or from JavaScript.

use bson::cstr;
use bson::raw::{RawBsonRef, RawDocument, RawDocumentBuf};

/// A session, or a session id.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum Field {
    /// Text: what `JSON.stringify` or a hook made of a session, or a session id.
    Text(String),
    /// The bytes of a BSON document whose first field has the value, which may be of any type.
    Wrapped(Vec<u8>),
}

/// Bytes that are not the BSON that they should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed;

impl Field {
    /// Takes bytes from the shim.
    ///
    /// # Errors
    /// When they are no BSON document, or an empty one.
    pub fn wrapped(bytes: Vec<u8>) -> Result<Self, Malformed> {
        let field = Self::Wrapped(bytes);
        field.value()?;
        Ok(field)
    }

    /// The value itself.
    ///
    /// # Errors
    /// When it is not valid BSON, which [`Self::wrapped`] rules out.
    pub fn value(&self) -> Result<RawBsonRef<'_>, Malformed> {
        match self {
            Self::Text(text) => Ok(RawBsonRef::String(text)),
            Self::Wrapped(bytes) => {
                let wrapper = RawDocument::from_bytes(bytes).map_err(|_| Malformed)?;
                let first = wrapper.into_iter().next().ok_or(Malformed)?;
                first.map(|(_, value)| value).map_err(|_| Malformed)
            }
        }
    }

    /// The bytes that the value has in a document, or few more.
    pub fn len(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Wrapped(bytes) => bytes.len(),
        }
    }
}

impl std::fmt::Debug for Field {
    /// Tells the type and the size: a session, or its id, belongs in no log.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let name = match self {
            Self::Text(_) => "Text",
            Self::Wrapped(_) => "Wrapped",
        };
        write!(formatter, "{name}({} bytes)", self.len())
    }
}

impl From<RawBsonRef<'_>> for Field {
    fn from(value: RawBsonRef<'_>) -> Self {
        if let RawBsonRef::String(text) = value {
            return Self::Text(text.to_owned());
        }
        // The shim, too, wraps what is not text under this name.
        let mut wrapper = RawDocumentBuf::new();
        wrapper.append(cstr!("session"), value);
        Self::Wrapped(wrapper.into_bytes())
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use bson::{Bson, doc, rawdoc};

    use super::*;

    #[test]
    fn text_stays_text_and_other_values_become_the_bson_of_a_wrapper() {
        let document = rawdoc! { "text": "{}", "other": { "a": 1 } };
        let of = |name: &str| Field::from(document.get(name).unwrap().unwrap());
        assert!(of("text") == Field::Text("{}".into()));
        let value = Bson::try_from(of("other").value().unwrap()).unwrap();
        assert_eq!(value, Bson::Document(doc! { "a": 1 }));
    }

    #[test]
    fn bytes_that_are_no_document_are_refused() {
        for bytes in [vec![], vec![5, 0, 0, 0], vec![5, 0, 0, 0, 0], vec![255; 64]] {
            assert_eq!(Field::wrapped(bytes).unwrap_err(), Malformed);
        }
    }

    #[test]
    fn no_debug_output_has_a_value() {
        let shown = format!(
            "{:?}",
            (Field::Text("secret".into()), Field::Wrapped(b"secret".to_vec()))
        );
        assert_eq!(shown, "(Text(6 bytes), Wrapped(6 bytes))");
    }
}
