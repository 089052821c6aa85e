//! Requests for certificates: another implementation's, ours, and broken ones with exact verdicts.

use kabinet_pki::Time;
use kabinet_pki::request::{
    CertificateRequest, PersonName, RequestError, Role, UnsignedRequest, Wishes,
};
use kabinet_stb::bign::{Level, PrivateKey};
use kabinet_stb::{Secret, SystemRandom, tlv::encode};

use super::authority::{digest, hash_oid, signature_algorithm};

/// A request that OpenSSL with the engine bee2evp made; it stands in the tests of the library bee2
/// (`test/crypto/bpki_test.c`).
const OF_BEE2EVP: &str = "3082017A30820134020100305F3115301306035504030C0C524F4245525420534D495448310E300C06035504\
    040C05534D495448310F300D060355042A0C06524F42455254311830160603550405130F50415347422D3533\
    33333234343238310B3009060355040613024742305D3018060A2A7000020022652D0201060A2A7000020022\
    652D0301034100F64CDDFFE4D546EF484471583FAEBA9A38061084E280BF996F90BA6AF0DB6620F59ABAA7AD\
    29D4E7D1CA0C21DD9E32D485F9E740841F4317CA9481503D1F1B50A06F301F06092A864886F70D0109073112\
    0C102F494E464F3A65726970323334313233304C06092A864886F70D01090E313F303D30170603551D200410\
    300E300C060A2A7000020022654E023D30220603551D11041B30198117726F626572742E736D697468406578\
    616D706C652E756B300D06092A7000020022652D0C050003310082B4F9F934E3FD457F5DF06AE63A88E722E3\
    5D35F565551535BA94CEF9243011999DF2159E4F4BAC22AD8C3135A3BD26";

fn of_bee2evp() -> Vec<u8> {
    hex::decode(OF_BEE2EVP).unwrap()
}

pub fn adam() -> PersonName {
    PersonName {
        common_name: "ADAM MITSKEVICH".into(),
        surname: "МІЦКЕВІЧ/МИЦКЕВИЧ".into(),
        given_name: "АДАМ МІКАЛАЕВІЧ/АДАМ НИКОЛАЕВИЧ".into(),
        serial_number: "IDCBY-590082394654".into(),
        country: "BY".into(),
    }
}

fn key(level: Level) -> PrivateKey {
    PrivateKey::generate(level, &mut SystemRandom)
}

fn made(key: &PrivateKey, wishes: &Wishes) -> Vec<u8> {
    let name = adam().to_der().unwrap();
    let request = UnsignedRequest::new(&name, &key.public_key(), wishes).unwrap();
    let signature = key.sign_hash(hash_oid(key.level()), &request.hash());
    request.finish(&signature).unwrap()
}

#[test]
fn a_request_of_another_implementation_reads_and_writes_the_same() {
    let octets = of_bee2evp();
    let request = CertificateRequest::from_der(&octets).unwrap();
    let name = PersonName::from_der(&request.subject).unwrap();
    assert_eq!(name.common_name, "ROBERT SMITH");
    assert_eq!(name.serial_number, "PASGB-533324428");
    assert!(!name.is_of_card());
    assert_eq!(request.wishes.role, Role::NonResident);
    assert_eq!(request.wishes.information.as_deref(), Some("erip234123"));
    assert_eq!(request.wishes.emails, ["robert.smith@example.uk"]);
    assert_eq!(name.to_der().unwrap(), request.subject);
    // Our writer comes to the very octets: their signature fits what ours asks to sign.
    let again = UnsignedRequest::new(&request.subject, &request.key, &request.wishes).unwrap();
    let signature = &octets[octets.len() - 48..];
    assert_eq!(again.finish(signature).unwrap(), octets);
}

#[test]
fn what_is_asked_for_comes_back_at_every_level() {
    let time = |year| Time::new(year, 11, 27, 0, 0, 0).unwrap();
    for level in [Level::L128, Level::L192, Level::L256] {
        let key = key(level);
        let wishes = Wishes {
            ticket: Some(Secret::new(vec![0xA5; level.bits() / 8])),
            information: Some("SN112358 пошліна".into()),
            emails: vec!["adam@example.by".into()],
            terminal_mode: true,
            validity: Some((time(2026), time(2051))),
            ..Wishes::of(Role::Resident)
        };
        let request = CertificateRequest::from_der(&made(&key, &wishes)).unwrap();
        assert_eq!(request.subject, adam().to_der().unwrap());
        assert_eq!(request.key, key.public_key());
        let back = request.wishes;
        assert_eq!(back.ticket.unwrap().expose(), vec![0xA5; level.bits() / 8]);
        assert_eq!(back.information, wishes.information);
        assert_eq!(back.emails, wishes.emails);
        assert!(back.terminal_mode && back.validity == wishes.validity);
    }
}

#[test]
fn ticket_and_word_come_in_any_order() {
    let key = key(Level::L128);
    let request = |text: &str| {
        let value = encode(0x0C, text.as_bytes());
        let challenge = attribute("2A864886F70D010907", &value);
        CertificateRequest::from_der(&forged(&key, &[challenge, role()]))
    };
    let ticket = format!("/EPWD:{}", "0123456789ABCDEF".repeat(2));
    for text in [format!("{ticket}/INFO:x"), format!("/INFO:x{ticket}")] {
        let wishes = request(&text).unwrap().wishes;
        assert_eq!(wishes.information.as_deref(), Some("x"));
        assert_eq!(wishes.ticket.unwrap().expose().len(), 16);
    }
    for text in [
        "",
        "x",
        "/EPWD:",
        "/EPWD:0123",
        "/INFO:",
        "/INFO:a/INFO:b",
        &format!("{ticket}{ticket}"),
        &ticket.to_lowercase(),
        &format!("/INFO:{}", "x".repeat(129)),
    ] {
        let refused = request(text).err();
        assert!(matches!(refused, Some(RequestError::Wish(_))), "{text}");
    }
}

#[test]
fn a_signature_of_another_key_makes_no_request() {
    let (own, other) = (key(Level::L128), key(Level::L128));
    let name = adam().to_der().unwrap();
    let wishes = Wishes::of(Role::Resident);
    let request = UnsignedRequest::new(&name, &own.public_key(), &wishes).unwrap();
    let signature = other.sign_hash(hash_oid(Level::L128), &request.hash());
    assert_eq!(request.finish(&signature), Err(RequestError::WrongKey));
}

/// What makes a name another one.
type Change = fn(&mut PersonName);

#[test]
fn names_out_of_the_profile_are_refused() {
    let cases: [(&str, Change); 9] = [
        ("a text of the name is empty or too long", |name| {
            name.surname.clear()
        }),
        ("a text of the name is empty or too long", |name| {
            name.common_name = "A".repeat(65);
        }),
        ("a text of the name has spaces that say nothing", |name| {
            name.given_name.push(' ');
        }),
        ("a text of the name has spaces that say nothing", |name| {
            name.surname = "А  Б".into();
        }),
        ("the common name is not in Latin letters", |name| {
            name.common_name = "АДАМ".into();
        }),
        ("the country is no code of two letters", |name| {
            name.country = "by".into()
        }),
        ("the serial number is not one of a document", |name| {
            name.serial_number = "590082394654".into();
        }),
        ("the serial number is not one of a document", |name| {
            name.serial_number = "IDCBY-".into();
        }),
        (
            "a text of the name has a letter that it may not have",
            |name| {
                name.serial_number = "IDCBY-5_9".into();
            },
        ),
    ];
    for (fault, change) in cases {
        let mut name = adam();
        change(&mut name);
        assert_eq!(name.to_der(), Err(RequestError::Name(fault)));
    }
}

/// Broken requests, and what each of them is refused for. All but the last two are signed with
/// their own key.
#[test]
fn broken_requests_have_exact_verdicts() {
    use RequestError::{Format, Name, Wish, WrongKey};
    let key = key(Level::L128);
    let good = forged(&key, &[role()]);
    CertificateRequest::from_der(&good).unwrap();
    let swapped = {
        // The third and the fourth attribute of the name in each other's place.
        let whole = adam().to_der().unwrap();
        let sets = kabinet_stb::tlv::children(kabinet_stb::tlv::read_only(0x30, &whole).unwrap());
        let sets = sets.unwrap();
        let order = [0, 1, 3, 2, 4].map(|index: usize| sets[index].raw);
        encode(0x30, &order.concat())
    };
    let two_roles = {
        let policy = |last| {
            let oid = [&hex::decode("2A7000020022654E02").unwrap()[..], &[last]].concat();
            encode(0x30, &encode(0x06, &oid))
        };
        extension_request(&[extension(
            "551D20",
            &encode(0x30, &[policy(0x3C), policy(0x3D)].concat()),
        )])
    };
    let of_an_authority = extension_request(&[policies("2A7000020022654E0201")]);
    let with_usage = extension_request(&[
        policies("2A7000020022654E023C"),
        extension("551D0F", &encode(0x03, &[5, 0xE0])),
    ]);
    let with_server = extension_request(&[
        policies("2A7000020022654E023C"),
        extension(
            "551D25",
            &encode(
                0x30,
                &encode(0x06, &hex::decode("2A7000020022654E0301").unwrap()),
            ),
        ),
    ]);
    let with_host = extension_request(&[
        policies("2A7000020022654E023C"),
        extension("551D11", &encode(0x30, &encode(0x82, b"example.by"))),
    ]);
    let unknown = attribute("2A864886F70D010902", &encode(0x0C, b"x"));
    let reversed = attribute(
        "2A7000020022654E0401",
        &encode(
            0x30,
            &[
                encode(0x17, b"261127000000Z"),
                encode(0x18, b"20261127000000Z"),
            ]
            .concat(),
        ),
    );
    let trailing = [&good[..], &[0x05, 0x00]].concat();
    let mut indefinite = good.clone();
    indefinite[1] = 0x80;
    let mut changed = good.clone();
    *changed.last_mut().unwrap() ^= 1;
    let cases = [
        ("nothing", vec![], Format("a field is missing or another")),
        ("cut", good[..good.len() - 1].to_vec(), Format(NOT_DER)),
        (
            "trailing",
            trailing,
            Format("there is more than the type has"),
        ),
        ("indefinite", indefinite, Format("a length is indefinite")),
        (
            "version",
            request_of(&key, 1, &adam().to_der().unwrap(), &[role()], None),
            Format("the version is unknown"),
        ),
        (
            "order of the name",
            request_of(&key, 0, &swapped, &[role()], None),
            Name("an attribute of the name is missing or another"),
        ),
        (
            "no name",
            request_of(&key, 0, &[0x30, 0x00], &[role()], None),
            Name("a field is missing or another"),
        ),
        (
            "no attributes",
            forged(&key, &[]),
            Wish("no role is asked for"),
        ),
        (
            "twice",
            forged(&key, &[role(), role()]),
            Wish("an attribute is there twice"),
        ),
        (
            "unknown",
            forged(&key, &[unknown, role()]),
            Wish("an attribute is not of the profile"),
        ),
        (
            "two roles",
            forged(&key, &[two_roles]),
            Wish("a person has one role"),
        ),
        (
            "an authority",
            forged(&key, &[of_an_authority]),
            Wish("the role is none of a person"),
        ),
        (
            "key usage",
            forged(&key, &[with_usage]),
            Wish("an extension is none that a person may ask for"),
        ),
        (
            "a server",
            forged(&key, &[with_server]),
            Wish("a purpose is none that a person may ask for"),
        ),
        (
            "a host",
            forged(&key, &[with_host]),
            Wish("another name is not an e-mail address"),
        ),
        (
            "a time",
            forged(&key, &[role(), reversed]),
            Wish("a time is malformed"),
        ),
        (
            "another algorithm",
            request_of(
                &key,
                0,
                &adam().to_der().unwrap(),
                &[role()],
                Some(signature_algorithm(Level::L192)),
            ),
            WrongKey,
        ),
        ("another signature", changed, WrongKey),
    ];
    for (case, octets, verdict) in cases {
        let found = CertificateRequest::from_der(&octets).err();
        assert_eq!(found, Some(verdict), "{case}");
    }
}

const NOT_DER: &str = "a tag, a length or a value is not of DER";

fn attribute(oid: &str, value: &[u8]) -> Vec<u8> {
    let oid = encode(0x06, &hex::decode(oid).unwrap());
    encode(0x30, &[oid, encode(0x31, value)].concat())
}

fn extension(oid: &str, value: &[u8]) -> Vec<u8> {
    let oid = encode(0x06, &hex::decode(oid).unwrap());
    encode(0x30, &[oid, encode(0x04, value)].concat())
}

fn policies(oid: &str) -> Vec<u8> {
    let policy = encode(0x30, &encode(0x06, &hex::decode(oid).unwrap()));
    extension("551D20", &encode(0x30, &policy))
}

fn extension_request(extensions: &[Vec<u8>]) -> Vec<u8> {
    attribute("2A864886F70D01090E", &encode(0x30, &extensions.concat()))
}

fn role() -> Vec<u8> {
    extension_request(&[policies("2A7000020022654E023C")])
}

fn forged(key: &PrivateKey, attributes: &[Vec<u8>]) -> Vec<u8> {
    request_of(key, 0, &adam().to_der().unwrap(), attributes, None)
}

/// A request that the crate did not write.
fn request_of(
    key: &PrivateKey,
    version: u8,
    name: &[u8],
    attributes: &[Vec<u8>],
    algorithm: Option<Vec<u8>>,
) -> Vec<u8> {
    let mut attributes = attributes.to_vec();
    attributes.sort();
    let kind = hex::decode("060A2A7000020022652D0201060A2A7000020022652D0301").unwrap();
    let bits = encode(0x03, &[vec![0], key.public_key().to_bytes()].concat());
    let info = [
        vec![0x02, 0x01, version],
        name.to_vec(),
        encode(0x30, &[encode(0x30, &kind), bits].concat()),
        encode(0xA0, &attributes.concat()),
    ];
    let info = encode(0x30, &info.concat());
    let signature = key.sign_hash(hash_oid(key.level()), &digest(key.level(), &info));
    let parts = [
        info,
        algorithm.unwrap_or_else(|| signature_algorithm(key.level())),
        encode(0x03, &[vec![0], signature].concat()),
    ];
    encode(0x30, &parts.concat())
}
