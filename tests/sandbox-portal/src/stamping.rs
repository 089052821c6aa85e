//! The time-stamping authority (STB 34.101.82, in the profile of STB 34.101.78).

use kabinet_stb::random::SystemRandom;
use kabinet_stb::{Random as _, tlv};

use crate::authority::Authorities;
use crate::der::{integer, oid, sequence, tlv as write};
use crate::x509::{exactly, take};
use crate::{Problem, clock, cms, hash, oids};

/// Where it is asked.
pub const PATH: &str = "/tsa";

/// Why there is no stamp: the bit of PKIFailureInfo.
#[derive(Clone, Copy)]
enum Refusal {
    Algorithm = 0,
    Request = 2,
    DataFormat = 5,
}

/// Answers a TimeStampReq in DER with a TimeStampResp in DER.
///
/// # Errors
/// When a key is missing.
pub fn answer(request: &[u8], authorities: &Authorities) -> Result<Vec<u8>, Problem> {
    let (imprint, with_certificate) = match read(request) {
        Ok(request) => request,
        Err(refusal) => return Ok(refuse(refusal)),
    };
    let mut serial = [0; 16];
    SystemRandom.fill(&mut serial);
    let now = clock::seconds();
    let info = sequence(&[
        &[2, 1, 1],
        &oid(oids::ROLE_TSA),
        &imprint,
        &integer(&serial),
        &write(0x18, clock::generalized_time(now).as_bytes()),
        // Accuracy of a second.
        &sequence(&[&[2, 1, 1]]),
    ]);
    let token = cms::sign_typed(
        oids::TST_INFO,
        &info,
        (true, with_certificate),
        &authorities.stamper_certificate()?,
        authorities.key("tsa")?,
        &clock::utc_time(now),
    )
    .ok_or(Problem::KeyFile)?;
    Ok(sequence(&[&sequence(&[&[2, 1, 0]]), &token]))
}

/// The message imprint in DER, and whether the certificate is wanted.
fn read(request: &[u8]) -> Result<(Vec<u8>, bool), Refusal> {
    let fields = exactly(request, 0x30)
        .and_then(|whole| tlv::children(whole.value).ok())
        .ok_or(Refusal::DataFormat)?;
    let [version, imprint, rest @ ..] = fields.as_slice() else {
        return Err(Refusal::DataFormat);
    };
    if version.raw != [2, 1, 1] || imprint.tag != 0x30 {
        return Err(Refusal::DataFormat);
    }
    // Policy, nonce and extensions are not of the profile.
    let with_certificate = match rest {
        [] => false,
        [flag] if flag.raw == [1, 1, 0xFF] => true,
        _ => return Err(Refusal::Request),
    };
    let parts = tlv::children(imprint.value).ok();
    let [algorithm, value] = parts
        .and_then(|parts| take(&parts))
        .ok_or(Refusal::DataFormat)?;
    let function = hash::of(algorithm.raw).ok_or(Refusal::Algorithm)?;
    if value.tag != 0x04 || value.value.len() != function(&[]).len() {
        return Err(Refusal::DataFormat);
    }
    Ok((imprint.raw.to_vec(), with_certificate))
}

fn refuse(refusal: Refusal) -> Vec<u8> {
    let bit = refusal as u8;
    let unused = 7 - bit;
    let failure = write(0x03, &[unused, 1 << unused]);
    sequence(&[&sequence(&[&[2, 1, 2], &failure])])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::der;

    fn request(algorithm: &[u8], length: usize, more: &[u8]) -> Vec<u8> {
        let imprint = sequence(&[&der::algorithm(algorithm), &write(0x04, &vec![7; length])]);
        sequence(&[&[2, 1, 1], &imprint, more])
    }

    #[test]
    fn what_is_not_of_the_profile_is_refused_with_its_reason() {
        let folder = tempfile::tempdir().unwrap();
        let authorities = Authorities::open(folder.path()).unwrap();
        let answer = |request: &[u8]| answer(request, &authorities).unwrap();
        let refused = |bits: [u8; 2]| {
            let failure = [&[3, 2], &bits[..]].concat();
            sequence(&[&sequence(&[&[2, 1, 2], &failure])])
        };
        let sha256 = [0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1];
        let nonce = [2, 1, 9];
        assert_eq!(answer(&request(&sha256, 32, &[])), refused([7, 0x80]));
        assert_eq!(
            answer(&request(oids::BELT_HASH, 32, &nonce)),
            refused([5, 0x20])
        );
        assert_eq!(
            answer(&request(oids::BELT_HASH, 31, &[])),
            refused([2, 0x04])
        );
        assert_eq!(answer(b"nothing"), refused([2, 0x04]));
        for (algorithm, length) in [
            (oids::BELT_HASH, 32),
            (oids::BASH384, 48),
            (oids::BASH512, 64),
        ] {
            let granted = answer(&request(algorithm, length, &[1, 1, 0xFF]));
            let parts = tlv::children(exactly(&granted, 0x30).unwrap().value).unwrap();
            assert_eq!(parts[0].raw, [0x30, 3, 2, 1, 0]);
        }
    }
}
