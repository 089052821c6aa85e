//! The curves of the standardized domain parameters (Doc 9303-11, clause 9.5.1), and the mappings
//! of PACE on them (clause 4.4.3.3). Numbers are big-endian, points as in SEC 1: `04 || x || y`.
//!
//! All have a prime order, so that every point except infinity is in the group.

mod group;

use bp256::BrainpoolP256r1;
use bp384::BrainpoolP384r1;
use kabinet_stb::Random;
use p256::NistP256;
use p384::NistP384;
use p521::NistP521;
use zeroize::Zeroizing;

/// A curve that is known here. Those of 192, 224 and 320 bits and brainpoolP512r1 have no kept
/// implementation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Curve {
    P256,
    P384,
    P521,
    Brainpool256,
    Brainpool384,
}

/// What makes a curve: numbers without leading zeros, `a` and `b` with the length of the prime, the
/// generator as a point.
#[derive(PartialEq, Eq)]
pub(crate) struct Parameters {
    pub(crate) prime: Vec<u8>,
    pub(crate) a: Vec<u8>,
    pub(crate) b: Vec<u8>,
    pub(crate) generator: Vec<u8>,
    pub(crate) order: Vec<u8>,
}

/// Runs a function of [`group`] on a curve.
macro_rules! on_curve {
    ($curve:expr, $function:ident($($argument:expr),*)) => {
        match $curve {
            Curve::P256 => group::$function::<NistP256>($($argument),*),
            Curve::P384 => group::$function::<NistP384>($($argument),*),
            Curve::P521 => group::$function::<NistP521>($($argument),*),
            Curve::Brainpool256 => group::$function::<BrainpoolP256r1>($($argument),*),
            Curve::Brainpool384 => group::$function::<BrainpoolP384r1>($($argument),*),
        }
    };
}

impl Curve {
    /// The curve with this number in the table of standardized domain parameters.
    pub(crate) fn standardized(number: u64) -> Option<Self> {
        match number {
            12 => Some(Self::P256),
            13 => Some(Self::Brainpool256),
            15 => Some(Self::P384),
            16 => Some(Self::Brainpool384),
            18 => Some(Self::P521),
            _ => None,
        }
    }

    /// The curve with these parameters: certificates often spell them all out.
    pub(crate) fn of_parameters(parameters: &Parameters) -> Option<Self> {
        let all = [
            Self::P256,
            Self::P384,
            Self::P521,
            Self::Brainpool256,
            Self::Brainpool384,
        ];
        all.into_iter()
            .find(|curve| on_curve!(*curve, parameters()) == *parameters)
    }

    /// A private key.
    pub(crate) fn generate(self, random: &mut dyn Random) -> Zeroizing<Vec<u8>> {
        on_curve!(self, generate(random))
    }

    /// The public key over the standard's generator.
    pub(crate) fn public(self, private: &[u8]) -> Option<Vec<u8>> {
        on_curve!(self, multiply_generator(private))
    }

    /// `private * point`; nothing when either is not of this curve.
    pub(crate) fn multiply(self, private: &[u8], point: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        on_curve!(self, multiply(private, point))
    }

    /// The x of a point.
    pub(crate) fn x(self, point: &[u8]) -> Option<&[u8]> {
        let coordinates = point.get(1..)?;
        coordinates.get(..coordinates.len() / 2)
    }

    /// Generic mapping: `nonce * G + shared`.
    pub(crate) fn map_generic(self, nonce: &[u8], shared: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        on_curve!(self, map_generic(nonce, shared))
    }

    /// Integrated mapping of pseudo-random octets onto a point.
    ///
    /// Of the two points with this x either may come: the shared secret is an x, and the sign of a
    /// generator cancels out in it.
    pub(crate) fn map_integrated(self, pseudorandom: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        on_curve!(self, map_integrated(pseudorandom))
    }

    /// Bits of the prime.
    pub(crate) fn bits(self) -> usize {
        match self {
            Self::P256 | Self::Brainpool256 => 256,
            Self::P384 | Self::Brainpool384 => 384,
            Self::P521 => 521,
        }
    }

    /// Whether an ECDSA signature (DER) of a hash value is by this key.
    pub(crate) fn verifies(self, point: &[u8], hash: &[u8], signature: &[u8]) -> bool {
        on_curve!(self, verifies(point, hash, signature))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(digits: &str) -> Vec<u8> {
        hex::decode(digits).unwrap()
    }

    const NONCE: &str = "3F00C4D39D153F2B2A214A078D899B22";
    const PRIVATE: &str = "7F4EF07B9EA82FD78AD689B38D0BC78CF21F249D953BC46F4C6E19259C010F99";
    const PUBLIC: &str = "047ACF3EFC982EC45565A4B155129EFBC74650DCBFA6362D896FC70262E0C2CC5E\
        544552DCB6725218799115B55C9BAA6D9F6BC3A9618E70C25AF71777A9C4922D";
    const CHIP: &str = "04824FBA91C9CBE26BEF53A0EBE7342A3BF178CEA9F45DE0B70AA601651FBA3F57\
        30D8C879AAA9C9F73991E61B58F4D52EB87A0A0C709A49DC63719363CCD13C54";
    const MAPPED: &str = "048CED63C91426D4F0EB1435E7CB1D74A46723A0AF21C89634F65A9AE87A9265E2\
        8C879506743F8611AC33645C5B985C80B5F09A0B83407C1B6A4D857AE76FE522";

    /// Doc 9303-11, appendix G.1.
    #[test]
    fn generic_mapping_as_in_the_worked_example() {
        let curve = Curve::standardized(13).unwrap();
        assert_eq!(curve.public(&hex(PRIVATE)).unwrap(), hex(PUBLIC));
        let shared = curve.multiply(&hex(PRIVATE), &hex(CHIP)).unwrap();
        let mapped = curve.map_generic(&hex(NONCE), &shared).unwrap();
        assert_eq!(*mapped, hex(MAPPED));
    }

    #[test]
    fn points_of_no_curve_are_refused() {
        let mut stray = hex(CHIP);
        stray[40] ^= 1;
        assert!(
            Curve::Brainpool256
                .multiply(&hex(PRIVATE), &stray)
                .is_none()
        );
        assert!(Curve::P256.multiply(&hex(PRIVATE), &hex(CHIP)).is_none());
        assert!(Curve::P256.multiply(&[0; 32], &hex(CHIP)).is_none());
        assert!(Curve::P256.multiply(&hex(PRIVATE), &[0]).is_none());
        assert!(Curve::P256.multiply(&hex(PRIVATE), &[]).is_none());
    }

    #[test]
    fn integrated_mapping_gives_points_of_every_curve() {
        for number in [12, 13, 15, 16, 18] {
            let curve = Curve::standardized(number).unwrap();
            for seed in 1..20u8 {
                let point = curve
                    .map_integrated(&vec![seed; curve.bits() / 8 + 10])
                    .unwrap();
                let private = curve.generate(&mut kabinet_stb::SystemRandom);
                assert!(curve.multiply(&private, &point).is_some());
            }
        }
    }

    #[test]
    fn curves_are_known_by_their_parameters() {
        let mut parameters = group::parameters::<BrainpoolP256r1>();
        let prime = "A9FB57DBA1EEA9BC3E660A909D838D726E3BF623D52620282013481D1F6E5377";
        assert_eq!(parameters.prime, hex(prime));
        let order = "A9FB57DBA1EEA9BC3E660A909D838D718C397AA3B561A6F7901E0E82974856A7";
        assert_eq!(parameters.order, hex(order));
        let a = "7D5A0975FC2C3057EEF67530417AFFE7FB8055C126DC5C6CE94A4B44F330B5D9";
        assert_eq!(parameters.a, hex(a));
        assert_eq!(Curve::of_parameters(&parameters), Some(Curve::Brainpool256));
        *parameters.generator.last_mut().unwrap() ^= 1;
        assert_eq!(Curve::of_parameters(&parameters), None);
    }
}
