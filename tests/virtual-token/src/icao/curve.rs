//! The two curves of this chip.

use bp256::BrainpoolP256r1;
use elliptic_curve::group::Group;
use elliptic_curve::sec1::{FromSec1Point, Sec1Point, ToSec1Point};
use elliptic_curve::{Field, FieldBytes, PrimeField};
use kabinet_stb::random::Random;
use p256::NistP256;
use primeorder::{AffinePoint, PrimeCurveParams, ProjectivePoint};
use serde::{Deserialize, Serialize};

/// A curve by its name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Named {
    /// NIST P-256, standardized domain parameters 12.
    #[default]
    P256,
    /// brainpoolP256r1, standardized domain parameters 13.
    BrainpoolP256r1,
}

impl Named {
    pub(super) fn numbered(number: u8) -> Option<Self> {
        match number {
            12 => Some(Self::P256),
            13 => Some(Self::BrainpoolP256r1),
            _ => None,
        }
    }
}

macro_rules! on {
    ($curve:expr, $function:ident($($argument:expr),*)) => {
        match $curve {
            Named::P256 => arithmetic::$function::<NistP256>($($argument),*),
            Named::BrainpoolP256r1 => arithmetic::$function::<BrainpoolP256r1>($($argument),*),
        }
    };
}

/// A private key.
pub(super) fn generate(random: &mut dyn Random) -> Vec<u8> {
    let mut key = vec![0; 32];
    random.fill(&mut key);
    // Below the order of both curves.
    key[0] &= 0x7F;
    key[31] |= 1;
    key
}

/// `key * point`.
pub(super) fn multiply(curve: Named, key: &[u8], point: &[u8]) -> Option<Vec<u8>> {
    on!(curve, multiply(key, point))
}

/// `key * G`.
#[must_use]
pub fn public(curve: Named, key: &[u8]) -> Option<Vec<u8>> {
    on!(curve, multiply_generator(key))
}

/// `nonce * G + shared`.
pub(super) fn map(curve: Named, nonce: &[u8], shared: &[u8]) -> Option<Vec<u8>> {
    on!(curve, map(nonce, shared))
}

/// The point of a pseudo-random number.
pub(super) fn map_number(curve: Named, number: &[u8]) -> Option<Vec<u8>> {
    on!(curve, map_number(number))
}

/// The x of a point `04 || x || y`.
pub(super) fn x(point: &[u8]) -> &[u8] {
    &point[1..point.len() / 2 + 1]
}

mod arithmetic {
    use super::*;

    fn scalar<C: PrimeCurveParams>(octets: &[u8]) -> Option<elliptic_curve::Scalar<C>> {
        let mut repr = FieldBytes::<C>::default();
        let from = repr.len().checked_sub(octets.len())?;
        repr[from..].copy_from_slice(octets);
        Option::from(elliptic_curve::Scalar::<C>::from_repr(repr))
    }

    fn point<C: PrimeCurveParams>(octets: &[u8]) -> Option<ProjectivePoint<C>> {
        let point = Sec1Point::<C>::from_bytes(octets).ok()?;
        Option::<AffinePoint<C>>::from(AffinePoint::from_sec1_point(&point)).map(Into::into)
    }

    fn octets<C: PrimeCurveParams>(point: ProjectivePoint<C>) -> Option<Vec<u8>> {
        (!bool::from(point.is_identity()))
            .then(|| point.to_affine().to_sec1_point(false).as_bytes().to_vec())
    }

    pub(super) fn multiply<C: PrimeCurveParams>(key: &[u8], base: &[u8]) -> Option<Vec<u8>> {
        octets::<C>(point::<C>(base)? * scalar::<C>(key)?)
    }

    pub(super) fn multiply_generator<C: PrimeCurveParams>(key: &[u8]) -> Option<Vec<u8>> {
        octets::<C>(ProjectivePoint::<C>::generator() * scalar::<C>(key)?)
    }

    pub(super) fn map<C: PrimeCurveParams>(nonce: &[u8], shared: &[u8]) -> Option<Vec<u8>> {
        let nonce = ProjectivePoint::<C>::generator() * scalar::<C>(nonce)?;
        octets::<C>(nonce + point::<C>(shared)?)
    }

    /// Doc 9303-11, appendix B.2, written after its steps.
    pub(super) fn map_number<C: PrimeCurveParams>(number: &[u8]) -> Option<Vec<u8>> {
        type Element<C> = <C as elliptic_curve::hazmat::FieldArithmetic>::FieldElement;
        let fold = |sum: Element<C>, octet: &u8| {
            sum * Element::<C>::from(0x100) + Element::<C>::from(u64::from(*octet))
        };
        let t = number.iter().fold(Element::<C>::ZERO, fold);
        let alpha = -(t * t);
        let inverse: Element<C> = Option::from((C::EQUATION_A * (alpha + alpha * alpha)).invert())?;
        // -b/a (1 + 1/(alpha + alpha^2)) over one denominator.
        let one = Element::<C>::ONE;
        let x2 = -C::EQUATION_B * (one + alpha + alpha * alpha) * inverse;
        let x3 = alpha * x2;
        let right = |x: Element<C>| x * x * x + C::EQUATION_A * x + C::EQUATION_B;
        let (x, y) = match Option::<Element<C>>::from(right(x2).sqrt()) {
            Some(y) => (x2, y),
            None => (x3, Option::<Element<C>>::from(right(x3).sqrt())?),
        };
        Some([&[4][..], x.to_repr().as_ref(), y.to_repr().as_ref()].concat())
    }
}
