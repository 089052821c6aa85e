//! The curve bign-curve192v1 (STB 34.101.45, table B.2).

use elliptic_curve::{
    Curve, CurveArithmetic, PrimeCurve, PrimeCurveArithmetic,
    bigint::{Odd, U384},
    consts::U48,
    hazmat::FieldArithmetic,
    point::{PointCompaction, PointCompression},
};
use primefield::ByteOrder;
use primeorder::{
    BasepointTable, PrimeCurveParams, PrimeCurveWithBasepointTable, mul_backend::PrecomputedTables,
    point_arithmetic::EquationAIsGeneric,
};

/// The field's prime, 2^384 - 317.
const MODULUS: &str = "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEC3";
/// The order of the group, big-endian as the macros want it.
const ORDER: &str = "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFE6CCCC40373AF7BBB8046DAE7A6A4FF0A3DB7DC3FF30CA7B7";

/// Level 192.
#[derive(Copy, Clone, Debug, Default, Eq, PartialEq, PartialOrd, Ord)]
// The scalar's trait implementations name it, so it cannot be less than `pub`.
#[allow(unreachable_pub)]
pub struct Curve192;

impl Curve for Curve192 {
    type FieldBytesSize = U48;
    type Uint = U384;
    const ORDER: Odd<U384> = Odd::<U384>::from_be_hex(ORDER);
    const FIELD_ENDIANNESS: ByteOrder = ByteOrder::LittleEndian;
}

impl PrimeCurve for Curve192 {}

impl PointCompression for Curve192 {
    const COMPRESS_POINTS: bool = false;
}

impl PointCompaction for Curve192 {
    const COMPACT_POINTS: bool = false;
}

impl CurveArithmetic for Curve192 {
    type AffinePoint = primeorder::AffinePoint<Self>;
    type ProjectivePoint = primeorder::ProjectivePoint<Self>;
    type Scalar = scalar::Scalar;
}

impl FieldArithmetic for Curve192 {
    type FieldElement = field::FieldElement;
}

impl PrimeCurveArithmetic for Curve192 {
    type CurveGroup = primeorder::ProjectivePoint<Self>;
}

/// Tables of multiples of G: one more than a number has octets.
const TABLES: usize = 49;

/// Made at their first use; looked up without regard to the number.
static MULTIPLES: BasepointTable<primeorder::ProjectivePoint<Curve192>, TABLES> =
    BasepointTable::new();

impl PrimeCurveWithBasepointTable<TABLES> for Curve192 {
    const BASEPOINT_TABLE: &'static BasepointTable<primeorder::ProjectivePoint<Self>, TABLES> =
        &MULTIPLES;
}

impl PrimeCurveParams for Curve192 {
    type PointArithmetic = EquationAIsGeneric;
    type Backend = PrecomputedTables<TABLES>;

    // Octets of the standard's tables, little-endian.
    const EQUATION_A: field::FieldElement = field::FieldElement::from_hex_vartime(
        "C0FEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF",
    );
    const EQUATION_B: field::FieldElement = field::FieldElement::from_hex_vartime(
        "64BF736823FCA7BC7CBDCEF3F0E2BD143A2E71E9F96A21A696B1FB0FBB482771D2345D65AB5A073320EF9C95E1DF753C",
    );
    const GENERATOR: (field::FieldElement, field::FieldElement) = (
        field::FieldElement::ZERO,
        field::FieldElement::from_hex_vartime(
            "51C433F731CB5EEAF9422A6B273E408455D3B1669EE74905A0FF86DC119A723A89BF2D437E1130639E9E2EA82482435D",
        ),
    );
}

// The macro of the library calls a renamed function of another library.
#[allow(deprecated)]
mod field {
    use elliptic_curve::{
        bigint::U384,
        ff::PrimeField,
        ops::BatchInvert,
        subtle::{Choice, ConstantTimeEq, CtOption},
    };

    primefield::monty_field_params! {
        name: FieldParams,
        modulus: super::MODULUS,
        uint: U384,
        byte_order: primefield::ByteOrder::LittleEndian,
        multiplicative_generator: 2,
        doc: "The field's modulus"
    }

    primefield::monty_field_element! {
        name: FieldElement,
        params: FieldParams,
        uint: U384,
        doc: "Element of the field"
    }

    primefield::monty_field_arithmetic! {
        name: FieldElement,
        params: FieldParams,
        uint: U384
    }

    impl BatchInvert for FieldElement {}
}

#[allow(deprecated)]
mod scalar {
    use super::{Curve, Curve192};
    use elliptic_curve::{
        bigint::U384,
        ff::PrimeField,
        scalar::{FromUintUnchecked, IsHigh},
        subtle::{Choice, ConstantTimeEq, ConstantTimeGreater, CtOption},
    };
    use primeorder::wnaf;

    primefield::monty_field_params! {
        name: ScalarParams,
        modulus: super::ORDER,
        uint: U384,
        byte_order: primefield::ByteOrder::LittleEndian,
        multiplicative_generator: 3,
        doc: "The order of the group"
    }

    primefield::monty_field_element! {
        name: Scalar,
        params: ScalarParams,
        uint: U384,
        doc: "Number modulo the order of the group"
    }

    primefield::monty_field_arithmetic! {
        name: Scalar,
        params: ScalarParams,
        uint: U384
    }

    primefield::monty_field_reduce! {
        name: Scalar,
        params: ScalarParams,
        uint: U384,
    }

    elliptic_curve::scalar_impls!(Curve192, Scalar);
    wnaf::impl_wnaf_size_for_scalar!(Scalar);

    impl AsRef<Scalar> for Scalar {
        fn as_ref(&self) -> &Scalar {
            self
        }
    }

    impl FromUintUnchecked for Scalar {
        type Uint = U384;

        fn from_uint_unchecked(uint: Self::Uint) -> Self {
            Self::from_uint_unchecked(uint)
        }
    }

    impl IsHigh for Scalar {
        fn is_high(&self) -> Choice {
            const HALF: U384 = Curve192::ORDER.as_ref().shr_vartime(1);
            self.to_canonical().ct_gt(&HALF)
        }
    }
}
