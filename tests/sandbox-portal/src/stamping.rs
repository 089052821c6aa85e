//! The time-stamping authority (STB 34.101.82, in the profile of STB 34.101.78), and what its stamps prove.

use kabinet_stb::random::SystemRandom;
use kabinet_stb::{Random as _, tlv};

use crate::authority::Authorities;
use crate::der::{integer, oid, sequence, tlv as write};
use crate::x509::{Certificate, exactly, take};
use crate::{Problem, clock, cms, hash, oids};

/// Where it is asked.
pub const PATH: &str = "/tsa";

/// Seconds by which two clocks may differ.
const LEEWAY: i64 = 60;

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

/// When a signature was there already by its time stamp, seconds since 1970. `now` is when it is looked
/// at: the stamp is as good as its authority's certificate is then.
///
/// # Errors
/// What is wrong with the stamp.
pub(crate) fn check(
    token: &[u8],
    signature: &[u8],
    issuers: &[&Certificate],
    now: i64,
) -> Result<i64, &'static str> {
    const BROKEN: &str = "a broken time stamp";
    let signed = cms::verify_typed(token, oids::TST_INFO, issuers, now)
        .map_err(|_| "a time stamp that does not verify")?;
    if !signed
        .signer
        .lists(oids::EXT_KEY_USAGE, oids::TIME_STAMPING)
    {
        return Err("stamped by who may not");
    }
    let info = exactly(&signed.content, 0x30).ok_or(BROKEN)?;
    let fields = tlv::children(info.value).map_err(|_| BROKEN)?;
    let [_version, _policy, imprint, _serial, time, ..] = fields.as_slice() else {
        return Err(BROKEN);
    };
    let parts = tlv::children(imprint.value).map_err(|_| BROKEN)?;
    let [algorithm, value] = take(&parts).ok_or(BROKEN)?;
    let function = hash::of(algorithm.raw).ok_or("a hash function that is not known")?;
    if value.tag != 0x04 || value.value != function(signature) {
        return Err("the time stamp is of something else");
    }
    let at = std::str::from_utf8(time.value)
        .ok()
        .filter(|_| time.tag == 0x18)
        .and_then(clock::from_generalized_time)
        .ok_or(BROKEN)?;
    if at > now + LEEWAY {
        return Err("stamped in the future");
    }
    Ok(at)
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
    use crate::{der, x509};

    fn request(algorithm: &[u8], length: usize, more: &[u8]) -> Vec<u8> {
        let imprint = sequence(&[&der::algorithm(algorithm), &write(0x04, &vec![7; length])]);
        sequence(&[&[2, 1, 1], &imprint, more])
    }

    /// A signature with that time stamp.
    fn stamped(signature: &[u8], token: &[u8]) -> Vec<u8> {
        let inside = |der: &[u8], tag| exactly(der, tag).unwrap().value.to_vec();
        let raw = |value: &[u8]| -> Vec<Vec<u8>> {
            let children = tlv::children(value).unwrap();
            children.iter().map(|child| child.raw.to_vec()).collect()
        };
        let join = |parts: &[Vec<u8>]| parts.concat();
        let outer = raw(&inside(signature, 0x30));
        let mut fields = raw(&inside(&inside(&outer[1], 0xA0), 0x30));
        let mut signer = raw(&inside(&inside(fields.last().unwrap(), 0x31), 0x30));
        let attribute = sequence(&[&oid(oids::SIGNATURE_TIME_STAMP), &write(0x31, token)]);
        signer.push(write(0xA1, &attribute));
        *fields.last_mut().unwrap() = write(0x31, &write(0x30, &join(&signer)));
        sequence(&[&outer[0], &write(0xA0, &write(0x30, &join(&fields)))])
    }

    fn value_of(signature: &[u8]) -> Vec<u8> {
        // The last field of the only signer.
        let length = 48;
        signature[signature.len() - length..].to_vec()
    }

    #[test]
    fn a_stamp_proves_that_a_signature_was_there_while_its_certificate_was_good() {
        let folder = tempfile::tempdir().unwrap();
        let authorities = Authorities::open(folder.path()).unwrap();
        let root = Certificate::parse(&authorities.x509_root().unwrap()).unwrap();
        // A person's certificate ends long before that of the time-stamping authority.
        let key = authorities.key("documents").unwrap();
        let contents = x509::Contents {
            subject: &x509::service_name("Somebody"),
            key: &key.public_key(),
            from: "250101000000Z",
            until: "301231235959Z",
            role: x509::Role::Citizen,
            address: None,
            more: &[],
        };
        let issuer = x509::Issuer {
            name: &x509::root_name(),
            key: authorities.key("x509-root").unwrap(),
            services: None,
        };
        let certificate = x509::issue(&contents, &issuer);
        let seconds = |text| clock::from_generalized_time(text).unwrap();
        let begins = seconds("20250101000000Z");
        let (ended, untrusted) = (seconds("20350101000000Z"), seconds("20410101000000Z"));
        let made = |at: i64| {
            let moment = clock::utc_time(at);
            let signature = cms::sign(b"content", true, &certificate, key, &moment).unwrap();
            clock::pretend(Some(at));
            let request = sequence(&[
                &[2, 1, 1],
                &sequence(&[
                    &der::algorithm(oids::BELT_HASH),
                    &write(0x04, &kabinet_stb::hash::belt_hash(&value_of(&signature))),
                ]),
                &[1, 1, 0xFF],
            ]);
            let granted = answer(&request, &authorities).unwrap();
            clock::pretend(None);
            let parts = tlv::children(exactly(&granted, 0x30).unwrap().value).unwrap();
            (signature, parts[1].raw.to_vec())
        };
        let verify =
            |signature: &[u8], now| cms::verify(signature, &[&root], now).map(|signed| signed.at);
        let (signature, token) = made(begins + 1000);
        let whole = stamped(&signature, &token);
        assert_eq!(verify(&signature, begins + 5000), Ok(begins + 5000));
        assert_eq!(verify(&whole, begins + 5000), Ok(begins + 1000));
        // The certificate has ended since.
        assert!(verify(&signature, ended).is_err());
        assert_eq!(verify(&whole, ended), Ok(begins + 1000));
        // Whose authority cannot be trusted any more proves nothing.
        assert!(verify(&whole, untrusted).is_err());
        let (late, token_of_late) = made(ended - 1000);
        let late = stamped(&late, &token_of_late);
        assert_eq!(
            verify(&late, ended),
            Err("the certificate was not valid when it was signed")
        );
        let (_, other) = made(begins + 2000);
        let of_another = stamped(&signature, &other);
        assert_eq!(
            verify(&of_another, begins + 5000),
            Err("the time stamp is of something else")
        );
        assert_eq!(verify(&whole, begins + 500), Err("stamped in the future"));
        let mut broken = token.clone();
        *broken.last_mut().unwrap() ^= 1;
        let broken = stamped(&signature, &broken);
        assert_eq!(
            verify(&broken, begins + 5000),
            Err("a time stamp that does not verify")
        );
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
