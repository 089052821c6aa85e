//! Arithmetic on the standard's curves, in the standard's octets: numbers little-endian,
//! a point as `x || y`.
//!
//! Everything here is generic over the curve; [`super::Level`] chooses one.

use elliptic_curve::{
    Field, Group, PrimeField,
    ops::LinearCombination,
    point::DecompressPoint,
    sec1::{FromSec1Point, Sec1Point, ToSec1Point},
    subtle::{Choice, ConditionallySelectable, ConstantTimeEq},
};
use primeorder::{AffinePoint, PrimeCurveParams, ProjectivePoint};
use zeroize::Zeroizing;

use super::genk;

type Scalar<C> = elliptic_curve::Scalar<C>;
type Element<C> = <C as elliptic_curve::hazmat::FieldArithmetic>::FieldElement;

/// `k` as a number of 1..q-1, or nothing.
pub(super) fn scalar<C: PrimeCurveParams>(octets: &[u8]) -> Option<Scalar<C>> {
    let value = scalar_or_zero::<C>(octets)?;
    (!bool::from(value.is_zero())).then_some(value)
}

/// `k` as a number of 0..q-1, or nothing.
fn scalar_or_zero<C: PrimeCurveParams>(octets: &[u8]) -> Option<Scalar<C>> {
    let repr = elliptic_curve::FieldBytes::<C>::try_from(octets).ok()?;
    Option::from(Scalar::<C>::from_repr(repr))
}

/// Whether the octets are a private key: 1..q-1 of the right length.
pub(super) fn is_private_key<C: PrimeCurveParams>(octets: &[u8]) -> bool {
    scalar::<C>(octets).is_some()
}

/// Whether the octets are a public key: a point of the curve (the curves have a prime order, so
/// every affine point is in the group).
pub(super) fn is_point<C: PrimeCurveParams>(octets: &[u8]) -> bool {
    point::<C>(octets).is_some()
}

/// `kG`.
pub(super) fn multiply_base<C: PrimeCurveParams>(k: &[u8]) -> Option<Vec<u8>> {
    let k = Zeroizing::new(scalar::<C>(k)?);
    Some(octets_of::<C>(&ProjectivePoint::<C>::mul_by_generator(&k)))
}

/// `kP`.
pub(super) fn multiply<C: PrimeCurveParams>(k: &[u8], p: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let k = Zeroizing::new(scalar::<C>(k)?);
    let p = point::<C>(p)?;
    Some(Zeroizing::new(octets_of::<C>(&p.mul(&k))))
}

/// `(s + h mod q)G + (2^l + t)Q`, the equation of a verifier; `s` must be below q, the result is
/// nothing also for the point at infinity.
pub(super) fn verifier_point<C: PrimeCurveParams>(
    s: &[u8],
    h: &[u8],
    t: &[u8],
    q: &[u8],
) -> Option<Vec<u8>> {
    let terms = verifier_terms::<C>(s, h, t, q)?;
    not_identity::<C>(&ProjectivePoint::<C>::lincomb(&terms))
}

/// [`verifier_point`] in a time that depends on the numbers: for those that everybody may know, as
/// in a signature.
pub(super) fn verifier_point_vartime<C: PrimeCurveParams>(
    s: &[u8],
    h: &[u8],
    t: &[u8],
    q: &[u8],
) -> Option<Vec<u8>> {
    let terms = verifier_terms::<C>(s, h, t, q)?;
    not_identity::<C>(&ProjectivePoint::<C>::lincomb_vartime(&terms))
}

/// The two products that a verifier adds.
fn verifier_terms<C: PrimeCurveParams>(
    s: &[u8],
    h: &[u8],
    t: &[u8],
    q: &[u8],
) -> Option<[(ProjectivePoint<C>, Scalar<C>); 2]> {
    let s = scalar_or_zero::<C>(s)? + reduce::<Scalar<C>>(h);
    Some([
        (ProjectivePoint::<C>::generator(), s),
        (point::<C>(q)?, with_high_bit::<C>(t)),
    ])
}

fn not_identity<C: PrimeCurveParams>(p: &ProjectivePoint<C>) -> Option<Vec<u8>> {
    (!bool::from(p.is_identity())).then(|| octets_of::<C>(p))
}

/// `(k - h - (2^l + t)d) mod q`, the equation of a signer.
pub(super) fn signer_number<C: PrimeCurveParams>(
    k: &[u8],
    h: &[u8],
    t: &[u8],
    d: &[u8],
) -> Option<Vec<u8>> {
    let k = Zeroizing::new(scalar::<C>(k)?);
    let d = Zeroizing::new(scalar::<C>(d)?);
    let s = *k - reduce::<Scalar<C>>(h) - with_high_bit::<C>(t) * *d;
    Some(s.to_repr().to_vec())
}

/// The point with this x, either of the two.
pub(super) fn lift<C: PrimeCurveParams>(x: &[u8]) -> Option<Vec<u8>> {
    let x = elliptic_curve::FieldBytes::<C>::try_from(x).ok()?;
    let p: Option<AffinePoint<C>> = Option::from(AffinePoint::<C>::decompress(&x, Choice::from(0)));
    p.map(|p| octets_of::<C>(&p.into()))
}

/// Ephemeral number of a deterministic signature, see [`genk`].
pub(super) fn generate_k<C: PrimeCurveParams>(hash: &[u8], theta: &[u8; 32]) -> Zeroizing<Vec<u8>> {
    genk::generate(hash, theta, |k| scalar::<C>(k).is_some())
}

/// Steps 3 to 10 of bake-swu (STB 34.101.66, clause 6.2.3) for the octets of `H`: a number of any
/// length, taken modulo p.
///
/// `p = 2^2l - c` for every standard curve; `root_offset` is `(c - 1) / 4`.
pub(super) fn swu<C: PrimeCurveParams>(h: &[u8], root_offset: u64) -> Vec<u8> {
    let s = reduce::<Element<C>>(h);
    let t = -s.square();
    let sum = t + t.square();
    let inverse = (C::EQUATION_A * sum).invert().unwrap_or(Element::<C>::ZERO);
    let x1 = -(C::EQUATION_B * (Element::<C>::ONE + sum) * inverse);
    let y = (x1.square() + C::EQUATION_A) * x1 + C::EQUATION_B;
    // (p + 1) / 4 = 2^(2l - 2) - (c - 1) / 4; the exponent is public.
    let limbs = usize::try_from(Element::<C>::NUM_BITS / 64).unwrap_or_default();
    let mut exponent = vec![u64::MAX; limbs];
    if let Some(low) = exponent.first_mut() {
        *low = root_offset.wrapping_neg();
    }
    if let Some(high) = exponent.last_mut() {
        *high >>= 2;
    }
    let root = y.pow_vartime(&exponent);
    let is_square = root.square().ct_eq(&y);
    let x = Element::<C>::conditional_select(&(x1 * t), &x1, is_square);
    let other = -(s.square() * s * root);
    let y = Element::<C>::conditional_select(&other, &root, is_square);
    let mut out = x.to_repr().to_vec();
    out.extend_from_slice(&y.to_repr());
    out
}

/// A number modulo the field's prime.
fn reduce<F: PrimeField>(octets: &[u8]) -> F {
    let base = F::from(1 << 32).square();
    let mut out = F::ZERO;
    for chunk in octets.chunks(8).rev() {
        let mut word = [0u8; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        out = out * base + F::from(u64::from_le_bytes(word));
    }
    out
}

/// `2^l + t` for `t` of l bits.
fn with_high_bit<C: PrimeCurveParams>(t: &[u8]) -> Scalar<C> {
    let mut octets = t.to_vec();
    octets.push(1);
    reduce::<Scalar<C>>(&octets)
}

fn point<C: PrimeCurveParams>(octets: &[u8]) -> Option<ProjectivePoint<C>> {
    let mut tagged = Vec::with_capacity(octets.len() + 1);
    tagged.push(4);
    tagged.extend_from_slice(octets);
    let encoded = Sec1Point::<C>::from_bytes(&tagged).ok()?;
    let p: Option<AffinePoint<C>> = Option::from(AffinePoint::<C>::from_sec1_point(&encoded));
    p.map(ProjectivePoint::from)
}

fn octets_of<C: PrimeCurveParams>(p: &ProjectivePoint<C>) -> Vec<u8> {
    let encoded = p.to_affine().to_sec1_point(false);
    encoded.as_bytes().get(1..).unwrap_or_default().to_vec()
}
