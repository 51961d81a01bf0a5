//! The container that kruptein 3 stores: a DER sequence of octet strings. The decoder accepts only what the
//! encoder would write.

use crate::crypto::error::CryptoError;

const SEQUENCE: u8 = 0x30;
const OCTETS: u8 = 0x04;

/// Encodes these members as a container.
pub fn encode(members: &[&[u8]]) -> Vec<u8> {
    let mut content = Vec::with_capacity(members.iter().map(|member| member.len() + 6).sum());
    for member in members {
        push(&mut content, OCTETS, member);
    }
    let mut container = Vec::with_capacity(content.len() + 6);
    push(&mut container, SEQUENCE, &content);
    container
}

fn push(bytes: &mut Vec<u8>, kind: u8, value: &[u8]) {
    bytes.push(kind);
    let length = value.len().to_be_bytes();
    let zeros = length.iter().take_while(|byte| **byte == 0).count();
    let significant = length.get(zeros..).unwrap_or_default();
    match (significant.len(), significant.first()) {
        (0, _) => bytes.push(0),
        (1, Some(short)) if *short < 0x80 => bytes.push(*short),
        (count, _) => {
            // A length never has more than eight bytes.
            bytes.push(0x80 | u8::try_from(count).unwrap_or_default());
            bytes.extend_from_slice(significant);
        }
    }
    bytes.extend_from_slice(value);
}

/// Decodes the members of a container.
///
/// # Errors
/// [`CryptoError::Format`] for anything that [`encode`] does not write.
pub fn decode(container: &[u8]) -> Result<Vec<&[u8]>, CryptoError> {
    let (mut content, rest) = take(container, SEQUENCE)?;
    if !rest.is_empty() {
        return Err(CryptoError::Format);
    }
    let mut members = Vec::new();
    while !content.is_empty() {
        let (member, rest) = take(content, OCTETS)?;
        members.push(member);
        content = rest;
    }
    Ok(members)
}

/// The value at the front, and the rest.
fn take(bytes: &[u8], kind: u8) -> Result<(&[u8], &[u8]), CryptoError> {
    let (head, rest) = bytes.split_at_checked(2).ok_or(CryptoError::Format)?;
    let &[found, first] = head else {
        return Err(CryptoError::Format);
    };
    if found != kind {
        return Err(CryptoError::Format);
    }
    let (length, rest) = if first < 0x80 {
        (usize::from(first), rest)
    } else {
        let count = usize::from(first & 0x7f);
        let (digits, rest) = rest.split_at_checked(count).ok_or(CryptoError::Format)?;
        (long_length(digits)?, rest)
    };
    rest.split_at_checked(length).ok_or(CryptoError::Format)
}

/// A length in the long form. It has no leading zero, and is only used if the short form can't express the
/// length.
fn long_length(digits: &[u8]) -> Result<usize, CryptoError> {
    if digits.len() > 4 || digits.first().is_none_or(|first| *first == 0) {
        return Err(CryptoError::Format);
    }
    let length = digits.iter().fold(0, |length, digit| length << 8 | usize::from(*digit));
    if length < 0x80 {
        return Err(CryptoError::Format);
    }
    Ok(length)
}
