//! The password for revocation, as Setpwd carries it (STB 34.101.78, clause 9.6).

use kabinet_stb::{Secret, tlv};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::strict;

const UTF8_STRING: u32 = 0x0C;
const PREFIX: &[u8] = b"/RPWD:";

/// Octets of a password.
const LENGTHS: std::ops::RangeInclusive<usize> = 1..=255;

/// The octets are no password of the profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("not a password for revocation")]
pub struct PasswordError;

/// The content of a Setpwd request: `/RPWD:` and the password as UTF8String in DER.
///
/// # Errors
/// [`PasswordError`] for one that is empty, longer than 255 octets or not UTF-8.
pub fn new_password(password: &Secret) -> Result<Secret, PasswordError> {
    check(password.expose())?;
    let text = Zeroizing::new([PREFIX, password.expose()].concat());
    Ok(Secret::new(tlv::encode(UTF8_STRING, &text)))
}

/// Reads the content of a Setpwd request; gives the password.
///
/// # Errors
/// [`PasswordError`] for what is none.
pub fn read_new_password(der: &[u8]) -> Result<Secret, PasswordError> {
    strict::check(der).map_err(|_| PasswordError)?;
    let text = strict::only(UTF8_STRING, der).map_err(|_| PasswordError)?;
    let password = text.strip_prefix(PREFIX).ok_or(PasswordError)?;
    check(password)?;
    Ok(Secret::new(password.to_vec()))
}

fn check(password: &[u8]) -> Result<(), PasswordError> {
    if LENGTHS.contains(&password.len()) && std::str::from_utf8(password).is_ok() {
        Ok(())
    } else {
        Err(PasswordError)
    }
}
