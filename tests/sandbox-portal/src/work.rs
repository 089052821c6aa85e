//! Work that a certification authority may want before it looks at a message (STB 34.101.78,
//! clause 10.5).

use kabinet_stb::hash::belt_hash;

use crate::clock;

/// Whether the headers prove the work that is wanted (clause 10.5); a status when they do not.
#[must_use]
pub fn refuse(
    level: u8,
    date: Option<&str>,
    nonce: Option<&str>,
    node: &str,
    body: &[u8],
) -> Option<u16> {
    if level == 0 {
        return None;
    }
    let near = |date: &str| {
        let at = jiff::fmt::rfc2822::parse(date)
            .ok()?
            .timestamp()
            .as_second();
        ((at - clock::seconds()).abs() < 600).then_some(())
    };
    let Some(date) = date.filter(|date| near(date).is_some()) else {
        return Some(408);
    };
    let done = nonce.and_then(|nonce| {
        let (salt, stated) = nonce.split_once(':')?;
        let salt = hex::decode(salt).ok().filter(|salt| salt.len() == 8)?;
        let stated: u8 = stated.parse().ok()?;
        let hash = belt_hash(&[&salt, date.as_bytes(), node.as_bytes(), body].concat());
        let bits: String = hash.iter().map(|octet| format!("{octet:08b}")).collect();
        let zeros = bits.find('1').unwrap_or(bits.len());
        (stated >= level && zeros >= usize::from(stated)).then_some(())
    });
    done.is_none().then_some(428)
}
