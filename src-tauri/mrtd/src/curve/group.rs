//! Arithmetic that is the same on every curve; [`super::Curve`] chooses one.

use der::asn1::UintRef;
use der::{Decode, Sequence};
use ecdsa::signature::hazmat::PrehashVerifier;
use ecdsa::{EcdsaCurve, Signature, VerifyingKey};
use elliptic_curve::sec1::{FromSec1Point, Sec1Point, ToSec1Point};
use elliptic_curve::{Field, FieldBytes, Group, PrimeField};
use kabinet_stb::Random;
use primeorder::{AffinePoint, PrimeCurveParams, ProjectivePoint};
use zeroize::Zeroizing;

use super::Parameters;

type Scalar<C> = elliptic_curve::Scalar<C>;
type Element<C> = <C as elliptic_curve::hazmat::FieldArithmetic>::FieldElement;

/// A big-endian number with as many octets as the field has.
fn padded<C: PrimeCurveParams>(octets: &[u8]) -> Option<FieldBytes<C>> {
    let mut padded = FieldBytes::<C>::default();
    let start = padded.len().checked_sub(octets.len())?;
    padded.get_mut(start..)?.copy_from_slice(octets);
    Some(padded)
}

fn scalar<C: PrimeCurveParams>(octets: &[u8]) -> Option<Scalar<C>> {
    let scalar: Scalar<C> = Option::from(Scalar::<C>::from_repr(padded::<C>(octets)?))?;
    (!bool::from(scalar.is_zero())).then_some(scalar)
}

fn point<C: PrimeCurveParams>(octets: &[u8]) -> Option<ProjectivePoint<C>> {
    let encoded = Sec1Point::<C>::from_bytes(octets).ok()?;
    let affine: AffinePoint<C> = Option::from(AffinePoint::<C>::from_sec1_point(&encoded))?;
    (!bool::from(affine.is_identity())).then(|| affine.into())
}

fn octets<C: PrimeCurveParams>(point: &ProjectivePoint<C>) -> Option<Vec<u8>> {
    let known = !bool::from(point.is_identity());
    known.then(|| point.to_affine().to_sec1_point(false).as_bytes().to_vec())
}

pub(super) fn generate<C: PrimeCurveParams>(random: &mut dyn Random) -> Zeroizing<Vec<u8>> {
    let mut octets = Zeroizing::new(vec![0; FieldBytes::<C>::default().len()]);
    loop {
        random.fill(&mut octets);
        // The field of 521 bits is a little longer than its last octet.
        if Scalar::<C>::NUM_BITS % 8 != 0
            && let Some(first) = octets.first_mut()
        {
            *first &= (1 << (Scalar::<C>::NUM_BITS % 8)) - 1;
        }
        if scalar::<C>(&octets).is_some() {
            return octets;
        }
    }
}

pub(super) fn multiply_generator<C: PrimeCurveParams>(private: &[u8]) -> Option<Vec<u8>> {
    let private = Zeroizing::new(scalar::<C>(private)?);
    octets::<C>(&(ProjectivePoint::<C>::generator() * *private))
}

pub(super) fn multiply<C: PrimeCurveParams>(
    private: &[u8],
    base: &[u8],
) -> Option<Zeroizing<Vec<u8>>> {
    let private = Zeroizing::new(scalar::<C>(private)?);
    octets::<C>(&(point::<C>(base)? * *private)).map(Zeroizing::new)
}

pub(super) fn map_generic<C: PrimeCurveParams>(
    nonce: &[u8],
    shared: &[u8],
) -> Option<Zeroizing<Vec<u8>>> {
    let nonce = Zeroizing::new(scalar::<C>(nonce)?);
    let sum = ProjectivePoint::<C>::generator() * *nonce + point::<C>(shared)?;
    octets::<C>(&sum).map(Zeroizing::new)
}

/// The point encoding of clause 4.4.3.3.2 (appendix B.2): for primes of the form 4k + 3.
pub(super) fn map_integrated<C: PrimeCurveParams>(
    pseudorandom: &[u8],
) -> Option<Zeroizing<Vec<u8>>> {
    let (a, b) = (C::EQUATION_A, C::EQUATION_B);
    let radix = Element::<C>::from(256);
    let mut u = Element::<C>::ZERO;
    for octet in pseudorandom {
        u = u * radix + Element::<C>::from(u64::from(*octet));
    }
    let alpha = -u.square();
    let inverse: Element<C> = Option::from((alpha + alpha.square()).invert())?;
    let a_inverse: Element<C> = Option::from(a.invert())?;
    let x2 = -b * a_inverse * (Element::<C>::ONE + inverse);
    let x3 = alpha * x2;
    // One of the two is the x of a point, and the first is preferred.
    for x in [x2, x3] {
        let right = x.square() * x + a * x + b;
        let root: Option<Element<C>> = Option::from(right.sqrt());
        if let Some(y) = root {
            let encoded = [&[4][..], x.to_repr().as_ref(), y.to_repr().as_ref()].concat();
            return point::<C>(&encoded).map(|_| Zeroizing::new(encoded));
        }
    }
    None
}

/// Prime, a, b, generator and order, as certificates spell them out.
pub(super) fn parameters<C: PrimeCurveParams>() -> Parameters {
    Parameters {
        prime: size_of::<Element<C>>(),
        a: element_octets(C::EQUATION_A),
        b: element_octets(C::EQUATION_B),
        generator: octets::<C>(&ProjectivePoint::<C>::generator()).unwrap_or_default(),
        order: size_of::<Scalar<C>>(),
    }
}

fn element_octets<F: PrimeField<Repr: AsRef<[u8]>>>(element: F) -> Vec<u8> {
    element.to_repr().as_ref().to_vec()
}

/// How many elements a field has, without leading zeros.
fn size_of<F: PrimeField<Repr: AsRef<[u8]>>>() -> Vec<u8> {
    // The greatest element and one more: no other way leads out of the field.
    let mut octets = element_octets(-F::ONE);
    for octet in octets.iter_mut().rev() {
        *octet = octet.wrapping_add(1);
        if *octet != 0 {
            break;
        }
    }
    let zeros = octets.iter().take_while(|octet| **octet == 0).count();
    octets.split_off(zeros)
}

/// Ecdsa-Sig-Value of RFC 3279.
#[derive(Sequence)]
struct Numbers<'a> {
    r: UintRef<'a>,
    s: UintRef<'a>,
}

/// Whether an ECDSA signature in DER is by this key.
pub(super) fn verifies<C: PrimeCurveParams + EcdsaCurve>(
    point: &[u8],
    hash: &[u8],
    signature: &[u8],
) -> bool {
    let verified = || {
        let key = VerifyingKey::<C>::from_sec1_bytes(point).ok()?;
        let Numbers { r, s } = Numbers::from_der(signature).ok()?;
        let (r, s) = (padded::<C>(r.as_bytes())?, padded::<C>(s.as_bytes())?);
        let signature = Signature::<C>::from_scalars(r, s).ok()?;
        key.verify_prehash(hash, &signature).ok()
    };
    verified().is_some()
}
