//! Reading files of eSign and signing, with long and with short lengths.

use kabinet_stb::hash::belt_hash;
use kabinet_token::{CardError, FILE_NAME, Password, Session, SignHash, certificate_file};

use crate::world::{CAN, PIN, World, belt_hash_oid, secret};

fn sign(session: &mut Session, text: &[u8]) -> Result<Vec<u8>, CardError> {
    session.sign(0x01, SignHash::Belt, &belt_hash(text))
}

fn is_right(world: &World, text: &[u8], signature: &[u8]) -> bool {
    let verified = world
        .sign_key
        .verify_hash(&belt_hash_oid(), &belt_hash(text), signature);
    verified.is_ok()
}

#[test]
fn long_card_gives_a_certificate_in_three_commands() {
    let world = World::new(true);
    let mut session = world.open(Password::Pin, PIN).unwrap();
    world.heads();
    let certificate = session.read_certificate(1).unwrap();
    assert_eq!(certificate.as_ref(), Some(&world.certificate));
    assert_eq!(world.heads(), ["A4040C", "A4020C", "B00000"]);
    // The application is still selected.
    assert_eq!(session.read_name().unwrap(), Some(vec![0x30, 0x00]));
    assert_eq!(world.heads(), ["A4020C", "B00000"]);
}

#[test]
fn short_card_gives_the_same_in_pieces() {
    let world = World::new(false);
    let mut session = world.open(Password::Pin, PIN).unwrap();
    world.heads();
    let certificate = session.read_certificate(1).unwrap();
    assert_eq!(certificate.as_ref(), Some(&world.certificate));
    let pieces = ["A4040C", "A4020C", "B00000", "B000F2", "B001E4", "B002D6"];
    assert_eq!(world.heads(), pieces);
}

#[test]
fn what_is_not_there_is_none() {
    let world = World::new(true);
    let mut session = world.open(Password::Pin, PIN).unwrap();
    assert_eq!(session.read_certificate(2), Ok(None));
    assert_eq!(session.read_file(0x52FF), Err(CardError::NotAllowed));
    // The session goes on after each.
    assert!(session.read_certificate(1).unwrap().is_some());
}

#[test]
fn request_in_the_place_of_a_certificate_is_none() {
    let world = World::new(true);
    let mut session = world.open(Password::Pin, PIN).unwrap();
    let mut waiting = vec![0x04, 0x20];
    waiting.extend([7; 32]);
    session.update_file(certificate_file(1), &waiting).unwrap();
    assert_eq!(session.read_certificate(1), Ok(None));
    assert_eq!(session.read_file(certificate_file(1)), Ok(Some(waiting)));
    let written: Vec<u8> = [&[0x30, 0x82, 0x02, 0x58][..], &[9; 600]].concat();
    session.update_file(certificate_file(1), &written).unwrap();
    assert_eq!(session.read_certificate(1), Ok(Some(written)));
    assert_eq!(
        session.update_file(FILE_NAME, &[0x30, 0]),
        Err(CardError::NotAllowed)
    );
}

#[test]
fn signature_verifies() {
    for extended in [true, false] {
        let world = World::new(extended);
        let mut session = world.open(Password::Pin, PIN).unwrap();
        world.heads();
        let signature = sign(&mut session, b"text").unwrap();
        assert!(is_right(&world, b"text", &signature));
        assert!(!is_right(&world, b"another", &signature));
        assert_eq!(world.heads(), ["A4040C", "2241B6", "2A9E9A"]);
    }
}

#[test]
fn each_signature_needs_its_confirmation() {
    let world = World::new(true);
    let mut session = world.open(Password::Pin, PIN).unwrap();
    sign(&mut session, b"first").unwrap();
    assert_eq!(
        sign(&mut session, b"second"),
        Err(CardError::PinNotConfirmed)
    );
    let refused = session.verify_pin(&secret("999999"));
    assert_eq!(refused, Err(CardError::PinWrong { attempts_left: 2 }));
    session.verify_pin(&secret(PIN)).unwrap();
    let signature = sign(&mut session, b"second").unwrap();
    assert!(is_right(&world, b"second", &signature));
}

#[test]
fn several_signatures_can_be_agreed() {
    let world = World::new(true);
    let mut session = world.open_for(Password::Pin, PIN, Some(2)).unwrap();
    sign(&mut session, b"first").unwrap();
    sign(&mut session, b"second").unwrap();
    assert_eq!(
        sign(&mut session, b"third"),
        Err(CardError::PinNotConfirmed)
    );
}

#[test]
fn keys_that_cannot_sign_say_why() {
    let world = World::new(true);
    let mut session = world.open_for(Password::Pin, PIN, Some(0)).unwrap();
    let short = session.sign(0x01, SignHash::Belt, &[0; 31]);
    assert!(matches!(short, Err(CardError::Protocol(_))));
    session.deactivate_key(0x01).unwrap();
    assert_eq!(sign(&mut session, b"text"), Err(CardError::KeyDeactivated));
    session.activate_key(0x01).unwrap();
    sign(&mut session, b"text").unwrap();
    assert_eq!(session.generate_key(0x01), Err(CardError::KeyExists));
    session.verify_pin(&secret(PIN)).unwrap();
    session.terminate_key(0x01).unwrap();
    session.verify_pin(&secret(PIN)).unwrap();
    assert_eq!(sign(&mut session, b"text"), Err(CardError::KeyDestroyed));
    assert_eq!(session.generate_key(0x01).map(|key| key.len()), Ok(64));
}

#[test]
fn can_does_not_sign() {
    let world = World::new(true);
    let mut session = world.open(Password::Can, CAN).unwrap();
    assert_eq!(sign(&mut session, b"text"), Err(CardError::NotAllowed));
}
