//! A value that crosses between JavaScript and the database.

use bson::cstr;
use bson::raw::{RawBsonRef, RawDocument, RawDocumentBuf};

/// A session or a session id.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum Field {
    /// Text: a session id, or a session that `JSON.stringify` or a hook turned into text.
    Text(String),
    /// The bytes of a BSON document whose first field holds the value, which may have any type.
    Wrapped(Vec<u8>),
}

/// The error for bytes that are not valid BSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed;

impl Field {
    /// Checks bytes that JavaScript gave, and takes them.
    ///
    /// # Errors
    /// When the bytes are not a BSON document, or the document is empty.
    pub fn wrapped(bytes: Vec<u8>) -> Result<Self, Malformed> {
        let field = Self::Wrapped(bytes);
        field.value()?;
        Ok(field)
    }

    /// The value itself.
    ///
    /// # Errors
    /// When the value is not valid BSON, which [`Self::wrapped`] rules out.
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

    /// Whether the value has more levels of documents and arrays than this. It does not look any deeper.
    ///
    /// # Errors
    /// As for [`Self::value`].
    pub fn is_deeper_than(&self, levels: usize) -> Result<bool, Malformed> {
        self.value().map(|value| is_deeper_than(value, levels))
    }

    /// The size of the value in a document in bytes, or slightly more.
    pub fn len(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Wrapped(bytes) => bytes.len(),
        }
    }
}

fn is_deeper_than(value: RawBsonRef<'_>, levels: usize) -> bool {
    let Some(left) = levels.checked_sub(1) else {
        return matches!(
            value,
            RawBsonRef::Document(_) | RawBsonRef::Array(_) | RawBsonRef::JavaScriptCodeWithScope(_)
        );
    };
    let deeper = |value: Result<RawBsonRef<'_>, _>| value.is_ok_and(|value| is_deeper_than(value, left));
    let among = |document: &RawDocument| document.into_iter().any(|field| deeper(field.map(|(_, value)| value)));
    match value {
        RawBsonRef::Document(document) => among(document),
        RawBsonRef::Array(array) => array.into_iter().any(deeper),
        RawBsonRef::JavaScriptCodeWithScope(code) => among(code.scope),
        _ => false,
    }
}

impl std::fmt::Debug for Field {
    /// Prints only the type and the size. A session or its id must not appear in a log.
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
        // JavaScript wraps values that are not text under the same name.
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
    fn bytes_that_are_not_a_document_are_refused() {
        for bytes in [vec![], vec![5, 0, 0, 0], vec![5, 0, 0, 0, 0], vec![255; 64]] {
            assert_eq!(Field::wrapped(bytes).unwrap_err(), Malformed);
        }
    }

    #[test]
    fn levels_are_counted_through_documents_arrays_and_scopes() {
        let scope = rawdoc! { "a": 1 };
        let code = bson::raw::RawJavaScriptCodeWithScope {
            code: String::new(),
            scope,
        };
        for (document, levels) in [
            (rawdoc! { "session": 1 }, 0),
            (rawdoc! { "session": {}, "other": { "a": { "a": {} } } }, 1),
            (rawdoc! { "session": { "a": 1, "b": [[], {}], "c": {} } }, 3),
            (rawdoc! { "session": [code] }, 2),
        ] {
            let field = Field::wrapped(document.into_bytes()).unwrap();
            assert_eq!(field.is_deeper_than(levels), Ok(false), "{levels}");
            assert_eq!(
                levels.checked_sub(1).map(|fewer| field.is_deeper_than(fewer)),
                (levels > 0).then_some(Ok(true))
            );
        }
        assert_eq!(Field::Text("{}".into()).is_deeper_than(0), Ok(false));
    }

    #[test]
    fn no_debug_output_contains_a_value() {
        let shown = format!(
            "{:?}",
            (Field::Text("secret".into()), Field::Wrapped(b"secret".to_vec()))
        );
        assert_eq!(shown, "(Text(6 bytes), Wrapped(6 bytes))");
    }
}
