//! The keys of eSign.

use kabinet_stb::apdu::{Command, Status};
use kabinet_stb::bign::{Level, PublicKey};
use kabinet_stb::hash::{bash384, bash512, belt_hash};
use kabinet_stb::random::SystemRandom;
use kabinet_stb::{Secret, oid, tlv};
use kabinet_token::{
    CardError, Confirmation, DecipherError, KeyState, Password, Session, SignHash,
};

use crate::visit::{OK, Visit};
use crate::world::{PIN, World, secret};

const REFUSED: Status = Status(0x6982);
const DESTROYED: Status = Status(0x6984);
const ABSENT: Status = Status(0x6A88);
/// The levels of the keys 01, 02 and 03.
const LEVELS: [Level; 3] = [Level::L128, Level::L192, Level::L256];

fn reference(key: u8) -> Vec<u8> {
    tlv::encode(0x84, &[key])
}

fn pair(key: u8) -> Vec<u8> {
    tlv::encode(0xB6, &reference(key))
}

fn open(world: &World) -> Session {
    world.open_for(Password::Pin, PIN, Some(0)).unwrap()
}

/// A terminal that may do everything, with eSign selected.
fn visit(world: &World) -> Visit {
    let mut visit = Visit::trusted(world, open(world));
    visit.select(oid::AID_ESIGN);
    visit
}

fn hash_of(key: u8, text: &[u8]) -> (SignHash, Vec<u8>, &'static [u8]) {
    let hash = SignHash::of_key(key).unwrap();
    match hash {
        SignHash::Belt => (hash, belt_hash(text).to_vec(), oid::BELT_HASH),
        SignHash::Bash384 => (hash, bash384(text).to_vec(), oid::BASH384),
        SignHash::Bash512 => (hash, bash512(text).to_vec(), oid::BASH512),
    }
}

/// Key 01 comes with the card; the others are made.
fn keys_of_all_levels(session: &mut Session) -> Vec<(u8, PublicKey)> {
    let mut make = |key: u8| {
        session.verify_pin(&secret(PIN)).unwrap();
        let octets = session.generate_key(key).unwrap();
        let level = LEVELS[usize::from(key) - 1];
        (key, PublicKey::from_bytes(level, &octets).unwrap())
    };
    vec![make(2), make(3)]
}

/// Key 01 is destroyed, 02 switched off, 03 was never made.
fn world_of_states() -> World {
    let world = World::new(true);
    let mut session = open(&world);
    session.generate_key(2).unwrap();
    session.deactivate_key(2).unwrap();
    session.verify_pin(&secret(PIN)).unwrap();
    session.terminate_key(1).unwrap();
    drop(session);
    world
}

fn prepare(key: u8, algorithm: u8) -> Vec<u8> {
    [reference(key), tlv::encode(0x80, &[algorithm])].concat()
}

#[test]
fn activate_key() {
    let world = World::new(true);
    let mut session = open(&world);
    session.deactivate_key(1).unwrap();
    session.activate_key(1).unwrap();
    // Of one that is on already the standard wants 9000.
    session.activate_key(1).unwrap();
    session.sign(1, SignHash::Belt, &[7; 32]).unwrap();
    assert_eq!(session.activate_key(2), Err(CardError::KeyAbsent));
    session.terminate_key(1).unwrap();
    assert_eq!(session.activate_key(1), Err(CardError::KeyDestroyed));
    world.heads();
    assert_eq!(session.activate_key(0x11), Err(CardError::NotAllowed));
    assert!(world.heads().is_empty());
    drop(session);

    let mut visit = visit(&world);
    assert_eq!(visit.status([0, 0x44, 0x21, 0], &reference(0x11)), OK);
    // A key of the other mode.
    assert_eq!(visit.status([0, 0x44, 0x21, 0], &reference(0x01)), REFUSED);
}

#[test]
fn deactivate_key() {
    let world = World::new(true);
    let mut session = open(&world);
    session.deactivate_key(1).unwrap();
    session.deactivate_key(1).unwrap();
    let refused = session.sign(1, SignHash::Belt, &[7; 32]);
    assert_eq!(refused, Err(CardError::KeyDeactivated));
    assert_eq!(session.deactivate_key(3), Err(CardError::KeyAbsent));
    drop(session);

    let mut visit = visit(&world);
    assert_eq!(visit.status([0, 0x04, 0x21, 0], &reference(0x11)), OK);
    let set = prepare(0x11, 0x90);
    let status = visit.status([0, 0x22, 0x41, 0xB6], &set);
    assert_eq!(status, Status(0x6283));
}

#[test]
fn generate_key() {
    let world = World::new(true);
    let mut session = open(&world);
    assert_eq!(session.generate_key(1).err(), Some(CardError::KeyExists));
    // Also a refusal takes the confirmation, and without it nothing is sent.
    assert_eq!(session.confirmation(), Confirmation::Absent);
    world.heads();
    let unconfirmed = session.generate_key(2).err();
    assert_eq!(unconfirmed, Some(CardError::PinNotConfirmed));
    assert!(world.heads().is_empty());
    for (key, public) in keys_of_all_levels(&mut session) {
        let print = session.read_key_hash(key).unwrap();
        assert_eq!(print, Some(belt_hash(&public.to_bytes()).to_vec()));
    }
    assert_eq!(session.confirmation(), Confirmation::Absent);
    drop(session);

    let mut visit = visit(&world);
    let generate = |key| {
        Command::new(0, 0x46, 0x80, 0)
            .with_data(pair(key))
            .with_ne(256)
    };
    let made = visit.ask(generate(0x12));
    assert_eq!((made.status, made.data.len()), (OK, 96));
    assert_eq!(visit.relay.confirmation(), Confirmation::Absent);
    assert_eq!(visit.ask(generate(0x13)).status, REFUSED);
}

#[test]
fn terminate_key() {
    let world = World::new(true);
    let mut session = open(&world);
    session.terminate_key(1).unwrap();
    assert_eq!(session.confirmation(), Confirmation::Absent);
    assert_eq!(session.terminate_key(1), Err(CardError::PinNotConfirmed));
    session.verify_pin(&secret(PIN)).unwrap();
    // One that is not there is destroyed already.
    session.terminate_key(2).unwrap();
    session.verify_pin(&secret(PIN)).unwrap();
    session.generate_key(1).unwrap();
    drop(session);

    let mut visit = visit(&world);
    assert_eq!(visit.status([0, 0xE6, 0x21, 0], &pair(0x11)), OK);
    assert_eq!(visit.status([0, 0xE6, 0x21, 0], &pair(0x11)), REFUSED);
    drop(visit);
    let mut again = self::visit(&world);
    let set = prepare(0x11, 0x90);
    assert_eq!(again.status([0, 0x22, 0x41, 0xB6], &set), DESTROYED);
}

#[test]
fn prepare_signature() {
    let world = World::new(true);
    let mut session = open(&world);
    let sign = |session: &mut Session, key| {
        let (algorithm, hash, _) = hash_of(key, b"text");
        session.sign(key, algorithm, &hash).err()
    };
    assert_eq!(sign(&mut session, 2), Some(CardError::KeyAbsent));
    session.deactivate_key(1).unwrap();
    assert_eq!(sign(&mut session, 1), Some(CardError::KeyDeactivated));
    session.terminate_key(1).unwrap();
    assert_eq!(sign(&mut session, 1), Some(CardError::PinNotConfirmed));
    session.verify_pin(&secret(PIN)).unwrap();
    assert_eq!(sign(&mut session, 1), Some(CardError::KeyDestroyed));
    world.heads();
    let other = session.sign(1, SignHash::Bash384, &[0; 48]);
    assert!(matches!(other, Err(CardError::Protocol(_))));
    assert!(world.heads().is_empty());
    drop(session);

    let mut visit = visit(&world);
    let set = [0, 0x22, 0x41, 0xB6];
    assert_eq!(visit.status(set, &prepare(0x11, 0x90)), OK);
    assert_eq!(visit.status(set, &prepare(0x12, 0xB0)), ABSENT);
    // A hash function of another level, and a key of the other mode.
    assert_eq!(visit.status(set, &prepare(0x11, 0xC0)), Status(0x6A80));
    assert_eq!(visit.status(set, &prepare(0x01, 0x90)), REFUSED);
}

#[test]
fn sign() {
    let world = World::new(true);
    let mut session = open(&world);
    let mut keys = keys_of_all_levels(&mut session);
    keys.push((1, world.sign_key.clone()));
    for (key, public) in keys {
        session.verify_pin(&secret(PIN)).unwrap();
        let (algorithm, hash, name) = hash_of(key, b"text");
        let signature = session.sign(key, algorithm, &hash).unwrap();
        assert_eq!(signature.len(), public.level().signature_len());
        public.verify_hash(name, &hash, &signature).unwrap();
        assert!(
            public
                .verify_hash(oid::BELT_HASH, &[0; 32], &signature)
                .is_err()
        );
    }
    drop(session);

    let mut visit = visit(&world);
    let set = [0, 0x22, 0x41, 0xB6];
    assert_eq!(visit.status(set, &prepare(0x11, 0x90)), OK);
    let hash = belt_hash(b"text");
    let compute = Command::new(0, 0x2A, 0x9E, 0x9A)
        .with_data(hash.to_vec())
        .with_ne(48);
    let signature = visit.ask(compute.clone()).data;
    let verified = world
        .remote_key
        .verify_hash(oid::BELT_HASH, &hash, &signature);
    verified.unwrap();
    // The preparation serves one signature.
    assert_eq!(visit.ask(compute).status, REFUSED);
}

#[test]
fn prepare_decipher() {
    let world = World::new(true);
    let mut session = open(&world);
    let decipher = |session: &mut Session| session.decipher(1, &[0; 16], &[0; 64]).err();
    session.deactivate_key(1).unwrap();
    assert_eq!(
        decipher(&mut session),
        Some(CardError::KeyDeactivated.into())
    );
    session.terminate_key(1).unwrap();
    assert_eq!(decipher(&mut session), Some(CardError::KeyDestroyed.into()));
    let absent = session.decipher(2, &[0; 16], &[0; 88]).err();
    assert_eq!(absent, Some(CardError::KeyAbsent.into()));
    drop((session, world));
    // By it the state of a key is asked, which uses nothing up.
    let world = world_of_states();
    let mut session = world.open(Password::Pin, PIN).unwrap();
    world.heads();
    let states = [1, 2, 3].map(|key| session.key_state(key).unwrap());
    let expected = [KeyState::Destroyed, KeyState::Deactivated, KeyState::Absent];
    assert_eq!(states, expected);
    assert_eq!(world.heads(), ["A4040C", "2241B8", "2241B8", "2241B8"]);
    session.activate_key(2).unwrap();
    assert_eq!(session.key_state(2), Ok(KeyState::Active));
    assert_eq!(session.confirmation(), Confirmation::Signatures(1));
    drop(session);

    let mut visit = visit(&world);
    let set = [0, 0x22, 0x41, 0xB8];
    assert_eq!(visit.status(set, &reference(0x11)), OK);
    assert_eq!(visit.status(set, &reference(0x12)), ABSENT);
    assert_eq!(visit.status(set, &reference(0x01)), REFUSED);
}

#[test]
fn decipher() {
    let world = World::new(true);
    let mut session = open(&world);
    let mut keys = keys_of_all_levels(&mut session);
    keys.push((1, world.sign_key.clone()));
    // No confirmation is needed.
    session.reset_confirmation().unwrap();
    let (header, content) = ([5; 16], Secret::new(vec![9; 16]));
    for (key, public) in keys {
        let mut token = public
            .seal_key_token(&content, &header, &mut SystemRandom)
            .unwrap();
        let opened = session.decipher(key, &header, &token).unwrap();
        assert!(opened.expose() == content.expose());
        let other = session.decipher(key, &[6; 16], &token).err();
        assert_eq!(other, Some(DecipherError::KeyToken));
        *token.last_mut().unwrap() ^= 1;
        let damaged = session.decipher(key, &header, &token).err();
        assert_eq!(damaged, Some(DecipherError::KeyToken));
    }
    // A content key longer than the level is refused before anything is sent.
    let long = world
        .sign_key
        .seal_key_token(&Secret::new(vec![9; 32]), &header, &mut SystemRandom);
    world.heads();
    let refused = session.decipher(1, &header, &long.unwrap()).err();
    assert_eq!(refused, Some(DecipherError::KeyToken));
    assert!(world.heads().is_empty());
    drop(session);

    let mut visit = visit(&world);
    let token = world
        .remote_key
        .seal_key_token(&content, &header, &mut SystemRandom)
        .unwrap();
    assert_eq!(visit.status([0, 0x22, 0x41, 0xB8], &reference(0x11)), OK);
    let open = Command::new(0, 0x2A, 0x80, 0x86)
        .with_data([&header[..], &token].concat())
        .with_ne(16);
    assert!(visit.ask(open).data == content.expose());
}
