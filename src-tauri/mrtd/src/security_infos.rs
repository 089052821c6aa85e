//! What the chip offers: SecurityInfos of EF.CardAccess and DG14 (Doc 9303-11, clause 9.2).

use der::asn1::{AnyRef, ObjectIdentifier, SetOfVec};
use der::{Decode, Encode, Sequence};

use crate::cipher::Cipher;
use crate::curve::Curve;
use crate::{MrtdError, public_key};

/// id-PACE, bsi-de 2.2.4.
const PACE: &str = "0.4.0.127.0.7.2.2.4";
/// id-CA, bsi-de 2.2.3.
const CHIP_AUTHENTICATION: &str = "0.4.0.127.0.7.2.2.3";
/// id-PK-ECDH, bsi-de 2.2.1.2.
const CHIP_KEY_ECDH: ObjectIdentifier = ObjectIdentifier::new_unwrap("0.4.0.127.0.7.2.2.1.2");
const ECDH_GENERIC: u32 = 2;
const ECDH_INTEGRATED: u32 = 4;
const CHIP_ECDH: u32 = 2;

#[derive(Sequence)]
struct SecurityInfo<'a> {
    protocol: ObjectIdentifier,
    required: AnyRef<'a>,
    optional: Option<AnyRef<'a>>,
}

/// How PACE finds its second generator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mapping {
    Generic,
    Integrated,
}

/// One PACE that the chip offers and that is known here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PaceInfo {
    /// Content octets of the object identifier.
    pub(crate) protocol: Vec<u8>,
    pub(crate) mapping: Mapping,
    pub(crate) cipher: Cipher,
    pub(crate) curve: Curve,
    /// Number of the standardized domain parameters, one octet.
    pub(crate) parameters: u8,
}

/// The chip's static key and how to use it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ChipKey {
    /// Content octets of the protocol's object identifier.
    pub(crate) protocol: Vec<u8>,
    pub(crate) cipher: Cipher,
    pub(crate) curve: Curve,
    /// The chip's public key, a point.
    pub(crate) point: Vec<u8>,
    /// Which of several keys, when the chip has them; content octets of the number.
    pub(crate) key_id: Option<Vec<u8>>,
}

/// The ways of PACE that are known here, the strongest first.
pub(crate) fn pace_infos(octets: &[u8]) -> Result<Vec<PaceInfo>, MrtdError> {
    let mut infos: Vec<_> = infos(octets)?.iter().filter_map(pace_info).collect();
    // The chip's order says nothing. Integrated mapping is as strong and needs less of the chip.
    infos.sort_by_key(|info| {
        let strength = (info.curve.bits(), info.cipher.key(), info.cipher.block());
        std::cmp::Reverse(strength)
    });
    Ok(infos)
}

/// The chip's key for chip authentication, if it has one that is known here.
pub(crate) fn chip_key(octets: &[u8]) -> Result<Option<ChipKey>, MrtdError> {
    let infos = infos(octets)?;
    let found = infos.iter().filter(|info| info.protocol == CHIP_KEY_ECDH);
    let keys = found.filter_map(|info| {
        let (curve, point) = public_key::of(&info.required.to_der().ok()?)?;
        Some((curve, point, info.optional.map(|id| id.value().to_vec())))
    });
    let keys: Vec<_> = keys.collect();
    let mut ways: Vec<ChipKey> = infos
        .iter()
        .filter_map(|info| {
            let (kind, cipher) = branch(&info.protocol, CHIP_AUTHENTICATION)?;
            let id = info.optional.map(|id| id.value().to_vec());
            let key = keys
                .iter()
                .find(|(_, _, other)| id.is_none() || *other == id)?;
            (kind == CHIP_ECDH).then(|| ChipKey {
                protocol: info.protocol.as_bytes().to_vec(),
                cipher,
                curve: key.0,
                point: key.1.clone(),
                key_id: key.2.clone(),
            })
        })
        .collect();
    // An old chip only says which key it has; Triple DES goes without saying then.
    if ways.is_empty()
        && let Some((curve, point, key_id)) = keys.into_iter().next()
    {
        let implied = format!("{CHIP_AUTHENTICATION}.{CHIP_ECDH}.1");
        ways.push(ChipKey {
            protocol: ObjectIdentifier::new(&implied)
                .map_or_else(|_| vec![], |id| id.as_bytes().to_vec()),
            cipher: Cipher::TripleDes,
            curve,
            point,
            key_id,
        });
    }
    Ok(ways
        .into_iter()
        .max_by_key(|way| (way.cipher.key(), way.cipher.block())))
}

fn infos(octets: &[u8]) -> Result<Vec<SecurityInfo<'_>>, MrtdError> {
    let malformed = |_| MrtdError::Malformed("SecurityInfos");
    let set = SetOfVec::<AnyRef<'_>>::from_der(octets).map_err(malformed)?;
    // What has another shape is of a protocol that is not known here.
    let known = set
        .iter()
        .filter_map(|info| info.decode_as::<SecurityInfo<'_>>().ok());
    Ok(known.collect())
}

fn pace_info(info: &SecurityInfo<'_>) -> Option<PaceInfo> {
    let (kind, cipher) = branch(&info.protocol, PACE)?;
    let mapping = match kind {
        ECDH_GENERIC => Mapping::Generic,
        ECDH_INTEGRATED => Mapping::Integrated,
        // Over a prime field, or chip authentication mapping.
        _ => return None,
    };
    let parameters = u8::from_der(&info.optional?.to_der().ok()?).ok()?;
    Some(PaceInfo {
        protocol: info.protocol.as_bytes().to_vec(),
        mapping,
        cipher,
        curve: Curve::standardized(u64::from(parameters))?,
        parameters,
    })
}

/// `root.kind.cipher`.
fn branch(protocol: &ObjectIdentifier, root: &str) -> Option<(u32, Cipher)> {
    let text = protocol.to_string();
    let (kind, cipher) = text
        .strip_prefix(root)?
        .strip_prefix('.')?
        .split_once('.')?;
    let cipher = match cipher {
        "1" => Cipher::TripleDes,
        "2" => Cipher::Aes128,
        "3" => Cipher::Aes192,
        "4" => Cipher::Aes256,
        _ => return None,
    };
    Some((kind.parse().ok()?, cipher))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_strongest_known_way_is_first() {
        // ECDH-GM-AES-128 on brainpoolP256r1, ECDH-GM-AES-256 on brainpoolP384r1, DH-GM-AES-128,
        // ECDH-CAM-AES-256.
        let octets = "3150\
            3012060A04007F0007020204020202010202010D\
            3012060A04007F00070202040204020102020110\
            3012060A04007F00070202040101020102020100\
            3012060A04007F00070202040604020102020110";
        let infos = pace_infos(&hex::decode(octets).unwrap());
        // DER sorts a set; chips do not always.
        let infos = infos.unwrap();
        assert_eq!(infos.len(), 2);
        let first = &infos[0];
        assert_eq!(
            (first.cipher, first.curve),
            (Cipher::Aes256, Curve::Brainpool384)
        );
        assert_eq!(first.mapping, Mapping::Generic);
        assert_eq!(infos[1].parameters, 13);
    }

    #[test]
    fn octets_without_sense_are_an_error() {
        assert!(pace_infos(&[0x30, 0]).is_err());
        assert!(pace_infos(&[]).is_err());
        assert_eq!(pace_infos(&[0x31, 0]), Ok(vec![]));
        assert_eq!(chip_key(&[0x31, 0]), Ok(None));
    }
}
