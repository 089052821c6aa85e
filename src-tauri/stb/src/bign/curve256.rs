//! The curve bign-curve256v1 (STB 34.101.45, table B.3).

use elliptic_curve::{
    Curve, CurveArithmetic, PrimeCurve, PrimeCurveArithmetic,
    bigint::{Odd, U512},
    consts::U64,
    hazmat::FieldArithmetic,
    point::{PointCompaction, PointCompression},
};
use primefield::ByteOrder;
use primeorder::{
    BasepointTable, PrimeCurveParams, PrimeCurveWithBasepointTable, mul_backend::PrecomputedTables,
    point_arithmetic::EquationAIsGeneric,
};

/// The field's prime, 2^512 - 569.
const MODULUS: &str = "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFDC7";
/// The order of the group, big-endian as the macros want it.
const ORDER: &str = "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFB2C0092C0198004EF26BEBB02E2113F4361BCAE59556DF32DCFFAD490D068EF1";

/// Level 256.
#[derive(Copy, Clone, Debug, Default, Eq, PartialEq, PartialOrd, Ord)]
// The scalar's trait implementations name it, so it cannot be less than `pub`.
#[allow(unreachable_pub)]
pub struct Curve256;

impl Curve for Curve256 {
    type FieldBytesSize = U64;
    type Uint = U512;
    const ORDER: Odd<U512> = Odd::<U512>::from_be_hex(ORDER);
    const FIELD_ENDIANNESS: ByteOrder = ByteOrder::LittleEndian;
}

impl PrimeCurve for Curve256 {}

impl PointCompression for Curve256 {
    const COMPRESS_POINTS: bool = false;
}

impl PointCompaction for Curve256 {
    const COMPACT_POINTS: bool = false;
}

impl CurveArithmetic for Curve256 {
    type AffinePoint = primeorder::AffinePoint<Self>;
    type ProjectivePoint = primeorder::ProjectivePoint<Self>;
    type Scalar = scalar::Scalar;
}

impl FieldArithmetic for Curve256 {
    type FieldElement = field::FieldElement;
}

impl PrimeCurveArithmetic for Curve256 {
    type CurveGroup = primeorder::ProjectivePoint<Self>;
}

/// Tables of multiples of G: one more than a number has octets.
const TABLES: usize = 65;

/// Made at their first use; looked up without regard to the number.
static MULTIPLES: BasepointTable<primeorder::ProjectivePoint<Curve256>, TABLES> =
    BasepointTable::new();

impl PrimeCurveWithBasepointTable<TABLES> for Curve256 {
    const BASEPOINT_TABLE: &'static BasepointTable<primeorder::ProjectivePoint<Self>, TABLES> =
        &MULTIPLES;
}

impl PrimeCurveParams for Curve256 {
    type PointArithmetic = EquationAIsGeneric;
    type Backend = PrecomputedTables<TABLES>;

    // Octets of the standard's tables, little-endian.
    const EQUATION_A: field::FieldElement = field::FieldElement::from_hex_vartime(
        "C4FDFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF",
    );
    const EQUATION_B: field::FieldElement = field::FieldElement::from_hex_vartime(
        "909C13D6986934097AA2493A272286EA43A2AC878C003329955E24C4B5DC112788B0ADDAE313CE1751255DDDEEA9C65B8958FD606A5D8CD8438C3B934459B46C",
    );
    const GENERATOR: (field::FieldElement, field::FieldElement) = (
        field::FieldElement::ZERO,
        field::FieldElement::from_hex_vartime(
            "BDEDEFCE6FAE92B7040D4CC9B983AA676122E8EE957377FFD26FFA0EE2DD7369DACACC001BF8EDD2E2BC61B3B341ABB0AB8FD1A0F7E682B1817603E47AFF26A8",
        ),
    );
}

// The macro of the library calls a renamed function of another library.
#[allow(deprecated)]
mod field {
    use elliptic_curve::{
        bigint::U512,
        ff::PrimeField,
        ops::BatchInvert,
        subtle::{Choice, ConstantTimeEq, CtOption},
    };

    primefield::monty_field_params! {
        name: FieldParams,
        modulus: super::MODULUS,
        uint: U512,
        byte_order: primefield::ByteOrder::LittleEndian,
        multiplicative_generator: 5,
        doc: "The field's modulus"
    }

    primefield::monty_field_element! {
        name: FieldElement,
        params: FieldParams,
        uint: U512,
        doc: "Element of the field"
    }

    primefield::monty_field_arithmetic! {
        name: FieldElement,
        params: FieldParams,
        uint: U512
    }

    impl BatchInvert for FieldElement {}
}

#[allow(deprecated)]
mod scalar {
    use super::{Curve, Curve256};
    use elliptic_curve::{
        bigint::U512,
        ff::PrimeField,
        scalar::{FromUintUnchecked, IsHigh},
        subtle::{Choice, ConstantTimeEq, ConstantTimeGreater, CtOption},
    };
    use primeorder::wnaf;

    primefield::monty_field_params! {
        name: ScalarParams,
        modulus: super::ORDER,
        uint: U512,
        byte_order: primefield::ByteOrder::LittleEndian,
        multiplicative_generator: 3,
        doc: "The order of the group"
    }

    primefield::monty_field_element! {
        name: Scalar,
        params: ScalarParams,
        uint: U512,
        doc: "Number modulo the order of the group"
    }

    primefield::monty_field_arithmetic! {
        name: Scalar,
        params: ScalarParams,
        uint: U512
    }

    primefield::monty_field_reduce! {
        name: Scalar,
        params: ScalarParams,
        uint: U512,
    }

    elliptic_curve::scalar_impls!(Curve256, Scalar);
    wnaf::impl_wnaf_size_for_scalar!(Scalar);

    impl AsRef<Scalar> for Scalar {
        fn as_ref(&self) -> &Scalar {
            self
        }
    }

    impl FromUintUnchecked for Scalar {
        type Uint = U512;

        fn from_uint_unchecked(uint: Self::Uint) -> Self {
            Self::from_uint_unchecked(uint)
        }
    }

    impl IsHigh for Scalar {
        fn is_high(&self) -> Choice {
            const HALF: U512 = Curve256::ORDER.as_ref().shr_vartime(1);
            self.to_canonical().ct_gt(&HALF)
        }
    }
}
