//! Elliptic curve keys in certificates and DG14: SubjectPublicKeyInfo with a named curve or with
//! all parameters spelt out (RFC 5480, TR-03111).

use der::asn1::{AnyRef, BitStringRef, ObjectIdentifier, OctetStringRef, UintRef};
use der::{Decode, Sequence};

use crate::curve::{Curve, Parameters};

const EC_PUBLIC_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const NAMED: [(&str, Curve); 5] = [
    ("1.2.840.10045.3.1.7", Curve::P256),
    ("1.3.132.0.34", Curve::P384),
    ("1.3.132.0.35", Curve::P521),
    ("1.3.36.3.3.2.8.1.1.7", Curve::Brainpool256),
    ("1.3.36.3.3.2.8.1.1.11", Curve::Brainpool384),
];

#[derive(Sequence)]
struct KeyInfo<'a> {
    algorithm: Algorithm<'a>,
    key: BitStringRef<'a>,
}

#[derive(Sequence)]
struct Algorithm<'a> {
    identifier: ObjectIdentifier,
    parameters: Option<AnyRef<'a>>,
}

/// The curve and the point of a SubjectPublicKeyInfo (DER), when it is of a curve that is known.
pub(crate) fn of(der: &[u8]) -> Option<(Curve, Vec<u8>)> {
    let info = KeyInfo::from_der(der).ok()?;
    if info.algorithm.identifier != EC_PUBLIC_KEY {
        return None;
    }
    let parameters = info.algorithm.parameters?;
    let curve = match parameters.decode_as::<ObjectIdentifier>() {
        Ok(name) => {
            let name = name.to_string();
            NAMED.iter().find(|(known, _)| *known == name)?.1
        }
        Err(_) => Curve::of_parameters(&explicit(&parameters)?)?,
    };
    Some((curve, info.key.as_bytes()?.to_vec()))
}

/// SpecifiedECDomain of SEC 1, clause C.2.
#[derive(Sequence)]
struct Specified<'a> {
    version: u8,
    field: Field<'a>,
    curve: Coefficients<'a>,
    generator: &'a OctetStringRef,
    order: UintRef<'a>,
    cofactor: Option<UintRef<'a>>,
}

#[derive(Sequence)]
struct Field<'a> {
    kind: ObjectIdentifier,
    prime: UintRef<'a>,
}

#[derive(Sequence)]
struct Coefficients<'a> {
    a: &'a OctetStringRef,
    b: &'a OctetStringRef,
    seed: Option<BitStringRef<'a>>,
}

fn explicit(parameters: &AnyRef<'_>) -> Option<Parameters> {
    let all: Specified<'_> = parameters.decode_as().ok()?;
    Some(Parameters {
        prime: all.field.prime.as_bytes().to_vec(),
        a: all.curve.a.as_bytes().to_vec(),
        b: all.curve.b.as_bytes().to_vec(),
        generator: all.generator.as_bytes().to_vec(),
        order: all.order.as_bytes().to_vec(),
    })
}
