//! GeneralName and name constraints (RFC 5280, clauses 4.2.1.6 and 4.2.1.10).

use kabinet_stb::tlv::Tlv;

use crate::{
    names,
    strict::{self, Fault, Fields, SEQUENCE},
};

/// Names that a list may have.
const MAX_NAMES: usize = 128;

/// A name in one of the forms that are told apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum GeneralName {
    Email(String),
    Dns(String),
    Uri(String),
    /// An address, or in a constraint an address and its mask.
    Ip(Vec<u8>),
    /// A Name in DER.
    Directory(Vec<u8>),
    /// Another form, by its tag.
    Other(u32),
}

impl GeneralName {
    pub(crate) fn read(object: &Tlv<'_>) -> Result<Self, Fault> {
        let text = || {
            let is_text = object.value.is_ascii();
            let text = std::str::from_utf8(object.value).ok().filter(|_| is_text);
            text.map(str::to_owned).ok_or("a name is malformed")
        };
        Ok(match object.tag {
            0x81 => Self::Email(text()?),
            0x82 => Self::Dns(text()?),
            0x86 => Self::Uri(text()?),
            0x87 => Self::Ip(object.value.to_vec()),
            0xA4 => {
                strict::only(SEQUENCE, object.value)?;
                Self::Directory(object.value.to_vec())
            }
            tag @ (0xA0 | 0xA3 | 0xA5 | 0x88) => Self::Other(tag),
            _ => return Err("a name is malformed"),
        })
    }

    /// Reads GeneralNames: a list that is not empty.
    pub(crate) fn read_list(octets: &[u8]) -> Result<Vec<Self>, Fault> {
        let names = strict::children(octets, MAX_NAMES)?;
        if names.is_empty() {
            return Err("a list of names is empty");
        }
        names.iter().map(Self::read).collect()
    }

    fn is_of_form(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Other(one), Self::Other(another)) => one == another,
            _ => std::mem::discriminant(self) == std::mem::discriminant(other),
        }
    }

    /// Whether this name is in the subtree. None for a form whose subtrees are not understood, and for
    /// a name that is none of its form.
    fn is_within(&self, subtree: &Self) -> Option<bool> {
        Some(match (self, subtree) {
            (Self::Email(name), Self::Email(limit)) => is_mailbox_within(name, limit)?,
            (Self::Dns(name), Self::Dns(limit)) => is_host_within(name, limit),
            (Self::Uri(name), Self::Uri(limit)) => match host(name) {
                Some(host) if limit.starts_with('.') => ends_with(host, limit),
                Some(host) => host.eq_ignore_ascii_case(limit),
                None => return None,
            },
            (Self::Ip(address), Self::Ip(limit)) => is_address_within(address, limit),
            (Self::Directory(name), Self::Directory(limit)) => {
                names::parts(name)?.starts_with(&names::parts(limit)?)
            }
            _ => return None,
        })
    }
}

/// The extension nameConstraints.
#[derive(Clone, Debug, Default)]
pub(crate) struct NameConstraints {
    permitted: Vec<GeneralName>,
    excluded: Vec<GeneralName>,
}

impl NameConstraints {
    /// Reads the extension's value.
    pub(crate) fn read(value: &[u8]) -> Result<Self, Fault> {
        let mut fields = Fields::new(strict::only(SEQUENCE, value)?);
        let permitted = fields.optional(0xA0)?;
        let excluded = fields.optional(0xA1)?;
        fields.end()?;
        if permitted.is_none() && excluded.is_none() {
            return Err("the name constraints are empty");
        }
        let subtrees = |list: Option<Tlv<'_>>| match list {
            None => Ok(Vec::new()),
            Some(list) => read_subtrees(list.value),
        };
        Ok(Self {
            permitted: subtrees(permitted)?,
            excluded: subtrees(excluded)?,
        })
    }

    /// Whether a name is allowed. A constraint on a form that is not understood forbids every name
    /// of that form.
    pub(crate) fn allow(&self, name: &GeneralName) -> bool {
        let excluded = self
            .excluded
            .iter()
            .filter(|subtree| name.is_of_form(subtree))
            .any(|subtree| name.is_within(subtree) != Some(false));
        let mut permitted = self
            .permitted
            .iter()
            .filter(|subtree| name.is_of_form(subtree))
            .peekable();
        let is_limited = permitted.peek().is_some();
        !excluded && (!is_limited || permitted.any(|subtree| name.is_within(subtree) == Some(true)))
    }
}

/// GeneralSubtrees; minimum must be 0, so not written, and maximum absent.
fn read_subtrees(octets: &[u8]) -> Result<Vec<GeneralName>, Fault> {
    let subtrees = strict::children(octets, MAX_NAMES)?;
    if subtrees.is_empty() {
        return Err("a list of names is empty");
    }
    subtrees
        .iter()
        .map(|subtree| {
            let base = Fields::new(strict::only(SEQUENCE, subtree.raw)?).next()?;
            let base = base.ok_or("a name is malformed")?;
            if base.raw.len() == subtree.value.len() {
                GeneralName::read(&base)
            } else {
                Err("a subtree has a minimum or a maximum")
            }
        })
        .collect()
}

/// A limit is a mailbox, a host, or with a leading dot a domain. None for what is no mailbox.
fn is_mailbox_within(mailbox: &str, limit: &str) -> Option<bool> {
    let (local, host) = mailbox.rsplit_once('@')?;
    Some(match limit.rsplit_once('@') {
        Some((limit_local, limit_host)) => {
            local == limit_local && host.eq_ignore_ascii_case(limit_host)
        }
        None if limit.starts_with('.') => ends_with(host, limit),
        None => host.eq_ignore_ascii_case(limit),
    })
}

/// A limit is a domain, which is in itself.
fn is_host_within(host: &str, limit: &str) -> bool {
    limit.is_empty()
        || host.eq_ignore_ascii_case(limit)
        || ends_with(host, &format!(".{}", limit.trim_start_matches('.')))
}

fn ends_with(host: &str, ending: &str) -> bool {
    let start = host.len().checked_sub(ending.len());
    start.is_some_and(|start| {
        start > 0
            && host
                .get(start..)
                .is_some_and(|end| end.eq_ignore_ascii_case(ending))
    })
}

/// The host of a URI with an authority, without user and port.
fn host(uri: &str) -> Option<&str> {
    let (_, rest) = uri.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit('@').next()?;
    let host = host.split(':').next()?;
    (!host.is_empty() && !host.starts_with('[')).then_some(host)
}

fn is_address_within(address: &[u8], limit: &[u8]) -> bool {
    let (base, mask) = limit.split_at(limit.len() / 2);
    matches!(address.len(), 4 | 16)
        && base.len() == address.len()
        && mask.len() == address.len()
        && address
            .iter()
            .zip(base)
            .zip(mask)
            .all(|((octet, base), mask)| octet & mask == base & mask)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn within(name: GeneralName, limit: GeneralName) -> Option<bool> {
        name.is_within(&limit)
    }

    #[test]
    fn subtrees() {
        use GeneralName::{Dns, Email, Ip, Uri};
        let text = str::to_owned;
        for (name, limit, answer) in [
            (Email(text("a@b.by")), Email(text("b.by")), true),
            (Email(text("a@B.by")), Email(text("a@b.by")), true),
            (Email(text("A@b.by")), Email(text("a@b.by")), false),
            (Email(text("a@c.b.by")), Email(text("b.by")), false),
            (Email(text("a@c.b.by")), Email(text(".b.by")), true),
            (Email(text("a@b.by")), Email(text(".b.by")), false),
            (Dns(text("b.by")), Dns(text("b.by")), true),
            (Dns(text("a.b.by")), Dns(text("b.by")), true),
            (Dns(text("ab.by")), Dns(text("b.by")), false),
            (Uri(text("http://u@a.by:8/x")), Uri(text("a.by")), true),
            (Uri(text("http://b.a.by/x")), Uri(text("a.by")), false),
            (Uri(text("http://b.a.by/x")), Uri(text(".a.by")), true),
            (
                Ip(vec![10, 1, 2, 3]),
                Ip(vec![10, 0, 0, 0, 255, 0, 0, 0]),
                true,
            ),
            (
                Ip(vec![11, 1, 2, 3]),
                Ip(vec![10, 0, 0, 0, 255, 0, 0, 0]),
                false,
            ),
            (Ip(vec![10, 1, 2, 3]), Ip(vec![0; 32]), false),
        ] {
            let case = format!("{name:?} in {limit:?}");
            assert_eq!(within(name, limit), Some(answer), "{case}");
        }
        assert_eq!(within(Uri(text("urn:x")), Uri(text("a.by"))), None);
        assert_eq!(within(Email(text("b.by")), Email(text("b.by"))), None);
    }
}
