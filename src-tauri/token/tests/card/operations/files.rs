//! Selecting, reading and writing.

use kabinet_stb::apdu::Status;
use kabinet_stb::{oid, tlv};
use kabinet_token::{
    Application, Authentication, CardError, CertificateFile, FILE_NAME, Password, Session,
    certificate_file,
};

use crate::visit::{OK, Visit, auxiliary};
use crate::world::{CAN, PIN, PUK, World};

const REFUSED: Status = Status(0x6982);
const NOT_FOUND: Status = Status(0x6A82);
/// DG4, DG18 and one that the card does not have.
const GIVEN_NAME: u16 = 0x0104;
const DISTRICT: u16 = 0x0112;
const ABSENT: u16 = 0x0115;

fn by(world: &World, password: Password, digits: &str) -> Session {
    world.open(password, digits).unwrap()
}

fn visit(world: &World, application: &[u8]) -> Visit {
    let mut visit = Visit::trusted(world, by(world, Password::Pin, PIN));
    visit.select(application);
    visit
}

#[test]
fn select_master_file() {
    let world = World::new(true);
    // In the state IS, after another program left something else.
    let mut card = world.connect().unwrap();
    card.pin_state().unwrap();
    drop(card);
    let mut session = by(&world, Password::Pin, PIN);
    world.heads();
    // It is selected after BPACE.
    session.select_master_file().unwrap();
    assert!(world.heads().is_empty());
    session.select_application(Application::Esign).unwrap();
    session.select_master_file().unwrap();
    assert_eq!(world.heads(), ["A4040C", "A40000"]);
    session.pin_state().unwrap();
    drop(session);

    let mut visit = visit(&world, oid::AID_EID);
    assert_eq!(visit.status([0, 0xA4, 0, 0], &[]), OK);
    assert_eq!(visit.select_file(GIVEN_NAME), REFUSED);
}

#[test]
fn select_application() {
    let world = World::new(true);
    let mut session = by(&world, Password::Pin, PIN);
    session.select_application(Application::Eid).unwrap();
    session.select_application(Application::Esign).unwrap();
    world.heads();
    session.select_application(Application::Esign).unwrap();
    assert!(world.heads().is_empty(), "it is selected already");
    drop(session);
    // The CAN opens eID only.
    let mut session = by(&world, Password::Can, CAN);
    session.select_application(Application::Eid).unwrap();
    world.heads();
    let refused = session.select_application(Application::Esign);
    assert_eq!(refused, Err(CardError::NotAllowed));
    assert!(world.heads().is_empty());
    drop(session);
    let mut session = by(&world, Password::Puk, PUK);
    session.select_application(Application::Eid).unwrap();
    session.select_application(Application::Esign).unwrap();
    drop(session);

    let mut visit = visit(&world, oid::AID_EID);
    visit.select(oid::AID_ESIGN);
    let strange = visit.status([0, 0xA4, 4, 0x0C], &[0xD1, 0x12, 0, 1]);
    assert_eq!(strange, NOT_FOUND);
}

#[test]
fn select_file_of_eid() {
    let world = World::new(true);
    let mut visit = visit(&world, oid::AID_EID);
    assert_eq!(visit.select_file(GIVEN_NAME), OK);
    assert_eq!(visit.select_file(ABSENT), NOT_FOUND);
    drop(visit);
    // One-sided authentication gives no files.
    let session = by(&world, Password::Pin, PIN);
    let one_sided = Authentication::OneSided;
    let certificate = &world.trusted_certificate;
    let mut visit = Visit::of(
        &world,
        session,
        one_sided,
        &auxiliary("20261123"),
        certificate,
    )
    .unwrap();
    visit.select(oid::AID_EID);
    assert_eq!(visit.select_file(GIVEN_NAME), REFUSED);
}

#[test]
fn select_file_of_esign() {
    let world = World::new(true);
    let mut session = by(&world, Password::Pin, PIN);
    world.heads();
    assert_eq!(session.read_name(), Ok(Some(vec![0x30, 0])));
    assert_eq!(world.heads(), ["A4040C", "A4020C", "B00000"]);
    // Of another key; the application stays selected.
    assert_eq!(session.read_certificate(3), Ok(None));
    assert_eq!(world.heads(), ["A4020C"]);
    drop(session);

    let mut visit = visit(&world, oid::AID_ESIGN);
    assert_eq!(visit.select_file(FILE_NAME), OK);
    assert_eq!(visit.select_file(certificate_file(0x11)), OK);
    // Of the other mode.
    assert_eq!(visit.select_file(certificate_file(0x01)), REFUSED);
}

#[test]
fn read_eid() {
    let world = World::new(true);
    let mut visit = visit(&world, oid::AID_EID);
    assert_eq!(visit.select_file(GIVEN_NAME), OK);
    assert_eq!(visit.read()[..2], [0x44, 0x0B]);
    drop(visit);
    // By CAN, where the terminal may.
    let mut visit = Visit::trusted(&world, by(&world, Password::Can, CAN));
    visit.select(oid::AID_EID);
    assert_eq!(visit.select_file(DISTRICT), OK);
    assert_eq!(visit.read(), tlv::encode(0x52, b"ZIPBY-220045"));
}

#[test]
fn read_esign() {
    for extended in [true, false] {
        let world = World::new(extended);
        let mut session = by(&world, Password::Pin, PIN);
        let certificate = session.read_certificate_file(1).unwrap();
        let expected = CertificateFile::Certificate(world.certificate.clone());
        assert_eq!(certificate, Some(expected));
        world.heads();
        assert_eq!(session.read_file(0x5211), Err(CardError::NotAllowed));
        assert!(world.heads().is_empty());
    }
    let world = World::new(true);
    let mut visit = visit(&world, oid::AID_ESIGN);
    assert_eq!(visit.select_file(FILE_NAME), OK);
    assert_eq!(visit.read()[..2], [0x30, 0]);
}

#[test]
fn update_eid() {
    let world = World::new(true);
    let mut visit = visit(&world, oid::AID_EID);
    assert_eq!(visit.select_file(DISTRICT), OK);
    let file = tlv::encode(0x52, b"ZIPBY-220001");
    assert_eq!(visit.status([0, 0xD6, 0, 0], &file), OK);
    assert_eq!(visit.read(), file);
    // Most groups are never written again.
    assert_eq!(visit.select_file(GIVEN_NAME), OK);
    assert_eq!(visit.status([0, 0xD6, 0, 0], &[0x44, 0]), REFUSED);
}

#[test]
fn update_esign() {
    let world = World::new(false);
    let mut session = by(&world, Password::Pin, PIN);
    session.write_request_hash(1, &[7; 32]).unwrap();
    let waiting = CertificateFile::RequestHash([7; 32]);
    assert_eq!(session.read_certificate_file(1), Ok(Some(waiting)));
    let long = tlv::encode(0x30, &[9; 700]);
    session.write_certificate(1, &long, &[7; 32]).unwrap();
    assert_eq!(session.read_certificate(1), Ok(Some(long)));
    session.write_key_hash(1, &[8; 20]).unwrap();
    assert_eq!(session.read_key_hash(1), Ok(Some(vec![8; 20])));
    world.heads();
    let name = session.update_file(FILE_NAME, &[0x30, 0]);
    assert_eq!(name, Err(CardError::NotAllowed));
    let broken = session.write_certificate(1, &[0x30, 5], &[7; 32]);
    assert!(matches!(broken, Err(CardError::Protocol(_))));
    let broken = session.write_key_hash(1, &[8; 19]);
    assert!(matches!(broken, Err(CardError::Protocol(_))));
    assert!(world.heads().is_empty());
    drop(session);

    // A name is for a terminal to write.
    let mut visit = visit(&world, oid::AID_ESIGN);
    assert_eq!(visit.select_file(FILE_NAME), OK);
    let name = tlv::encode(0x30, &[0x31, 0]);
    assert_eq!(visit.status([0, 0xD6, 0, 0], &name), OK);
    assert!(visit.read().starts_with(&name));
}
