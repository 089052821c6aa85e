use super::*;

macro_rules! fixture {
    ($name:literal) => {
        include_bytes!(concat!("../../tests/fixtures/", $name)).as_slice()
    };
}

/// Name, EF.SOD, CSCA certificate.
const ALL: [(&str, &[u8], &[u8]); 7] = [
    ("RSA", fixture!("rsa.sod"), fixture!("rsa.csca.der")),
    ("RSA-PSS", fixture!("pss.sod"), fixture!("pss.csca.der")),
    ("P-256", fixture!("p256.sod"), fixture!("p256.csca.der")),
    ("P-384", fixture!("p384.sod"), fixture!("p384.csca.der")),
    ("P-521", fixture!("p521.sod"), fixture!("p521.csca.der")),
    (
        "brainpoolP256r1",
        fixture!("bp256.sod"),
        fixture!("bp256.csca.der"),
    ),
    (
        "brainpoolP384r1, explicit",
        fixture!("bp384explicit.sod"),
        fixture!("bp384explicit.csca.der"),
    ),
];

fn files() -> BTreeMap<u8, Vec<u8>> {
    BTreeMap::from([(1, fixture!("dg1").to_vec()), (2, fixture!("dg2").to_vec())])
}

fn anchors(certificates: &[&[u8]]) -> CountrySigners {
    let mut anchors = CountrySigners::default();
    for certificate in certificates {
        assert!(anchors.add(certificate));
    }
    anchors
}

fn genuine() -> Authenticity {
    Authenticity::Genuine {
        country: "BY".into(),
    }
}

#[test]
fn what_openssl_signed_is_genuine() {
    for (name, sod, csca) in ALL {
        let object = SecurityObject::parse(sod).unwrap();
        assert!(object.has(1) && object.has(2) && !object.has(3));
        assert_eq!(
            object.verify(&files(), &anchors(&[csca])),
            genuine(),
            "{name}"
        );
        // Part of the files is enough; what was not read says nothing.
        let mut part = files();
        part.remove(&2);
        assert_eq!(object.verify(&part, &anchors(&[csca])), genuine(), "{name}");
    }
}

#[test]
fn a_signer_whom_nobody_here_vouches_for_is_unknown() {
    let unknown = Authenticity::SignerUnknown {
        country: "BY".into(),
    };
    for (name, sod, csca) in ALL {
        let object = SecurityObject::parse(sod).unwrap();
        let others: Vec<_> = ALL
            .iter()
            .map(|(.., other)| *other)
            .filter(|other| *other != csca)
            .collect();
        assert_eq!(
            object.verify(&files(), &anchors(&others)),
            unknown,
            "{name}"
        );
        assert_eq!(object.verify(&files(), &anchors(&[])), unknown, "{name}");
    }
}

#[test]
fn a_certificate_of_the_same_name_with_another_key_vouches_for_nothing() {
    for (name, sod, csca) in ALL {
        let object = SecurityObject::parse(sod).unwrap();
        // The key is before the extensions; a changed octet there may also make it no key at all.
        let mut imposters = 0;
        for at in csca.len() / 3..csca.len() / 2 {
            let mut changed = csca.to_vec();
            changed[at] ^= 1;
            let mut anchors = CountrySigners::default();
            if !anchors.add(&changed) {
                continue;
            }
            let same_name = anchors.0[0].tbs_certificate().subject()
                == Certificate::from_der(csca)
                    .unwrap()
                    .tbs_certificate()
                    .subject();
            let same_key = anchors.0[0].tbs_certificate().subject_public_key_info()
                == Certificate::from_der(csca)
                    .unwrap()
                    .tbs_certificate()
                    .subject_public_key_info();
            if same_name && !same_key {
                imposters += 1;
                assert_ne!(
                    object.verify(&files(), &anchors),
                    genuine(),
                    "{name} at {at}"
                );
            }
        }
        assert!(imposters > 0, "{name}");
    }
}

#[test]
fn a_changed_file_is_broken() {
    for (name, sod, csca) in ALL {
        let object = SecurityObject::parse(sod).unwrap();
        for number in [1, 2] {
            let mut changed = files();
            *changed.get_mut(&number).unwrap().last_mut().unwrap() ^= 1;
            let verdict = object.verify(&changed, &anchors(&[csca]));
            assert_eq!(verdict, Authenticity::Broken, "{name}");
        }
        let mut more = files();
        more.insert(3, vec![0x63, 0]);
        assert_eq!(
            object.verify(&more, &anchors(&[csca])),
            Authenticity::Broken,
            "{name}"
        );
    }
}

/// No changed octet makes something else genuine.
#[test]
fn a_changed_security_object_is_never_genuine_of_other_files() {
    let (_, sod, csca) = ALL[2];
    for at in 0..sod.len() {
        let mut changed = sod.to_vec();
        changed[at] ^= 0x10;
        let Ok(object) = SecurityObject::parse(&changed) else {
            continue;
        };
        let untouched = SecurityObject::parse(sod).unwrap();
        if object.verify(&files(), &anchors(&[csca])) == genuine() {
            // Fields that the signature does not cover and nobody relies on: versions and the like.
            assert_eq!(object.groups, untouched.groups, "at {at}");
            assert_eq!(object.hash, untouched.hash, "at {at}");
        }
    }
}

#[test]
fn a_folder_of_certificates_is_read() {
    let none = CountrySigners::from_folder(Path::new("no such folder")).unwrap();
    assert!(none.is_empty());
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    assert_eq!(
        CountrySigners::from_folder(&folder).unwrap().len(),
        ALL.len()
    );
}
