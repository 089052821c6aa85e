//! Proving a password by BPACE (clauses 8.3, 12.2.7 and 12.2.16), over a plain link or inside the
//! client's channel.

use kabinet_stb::apdu::{Command, Response, Status};
use kabinet_stb::random::SystemRandom;
use kabinet_stb::sm::ChannelKey;
use kabinet_stb::{Secret, bpace, tlv};

use crate::belief::PIN_ATTEMPTS;
use crate::card::PasswordState;
use crate::link::Repeat;
use crate::{CardError, Hello, Password};

/// Carries one whole command to the card.
pub(crate) type Carry<'a> = dyn FnMut(Command, Repeat) -> Result<Response, CardError> + 'a;

/// The command that initialises BPACE.
pub(crate) fn initialisation(password: Password, hello: &Hello) -> Command {
    Command::new(0x00, 0x22, 0xC1, 0xA4).with_data(hello.encode(password))
}

/// The steps of BPACE after its initialisation. The password goes out once and never again.
pub(crate) fn prove(
    carry: &mut Carry<'_>,
    password: Password,
    secret: &Secret,
    hello: &Hello,
) -> Result<ChannelKey, CardError> {
    let mut rng = SystemRandom;
    let (client, m1) = bpace::Client::start(secret, &[], &hello.encode(password), &mut rng);
    let answer = carry(step(0x80, &m1), Repeat::Allowed)?;
    let m2 = step_of(password, &answer, 0x81)?;
    let (client, m3) = client
        .receive_m2(&m2, &mut rng)
        .map_err(|_| CardError::Protocol("BPACE: M2"))?;
    let answer = carry(step(0x82, &m3), Repeat::Never)?;
    let m4 = step_of(password, &answer, 0x83)?;
    // A card that confirms wrongly has proved nothing, whatever its status says.
    client
        .receive_m4(&m4)
        .map_err(|_| CardError::Protocol("BPACE: the card did not prove the password"))
}

/// Whether a status answers the initialisation, be it yes or no.
pub(crate) fn is_about_password(status: Status) -> bool {
    matches!(status.0, 0x9000 | 0x63C0..=0x63CF | 0x6983..=0x6985)
}

/// What a status of the initialisation says of the password.
pub(crate) fn password_state(status: Status) -> Result<PasswordState, CardError> {
    Ok(match status.0 {
        0x9000 => PasswordState::Usable {
            attempts_left: PIN_ATTEMPTS,
        },
        0x63C0 | 0x6983 => PasswordState::Blocked,
        counted @ 0x63C1..=0x63CF => PasswordState::Usable {
            attempts_left: (counted & 0x0F) as u8,
        },
        0x6984 => PasswordState::Deactivated,
        0x6985 => PasswordState::Suspended,
        _ => return Err(CardError::from(status)),
    })
}

/// Whether the answer to the initialisation leaves anything to try.
pub(crate) fn may_try(password: Password, status: Status) -> Result<(), CardError> {
    match (password, password_state(status)?) {
        (_, PasswordState::Usable { .. }) => Ok(()),
        (Password::Puk, PasswordState::Blocked) => Err(CardError::PukWrong { attempts_left: 0 }),
        (_, PasswordState::Blocked) => Err(CardError::Blocked),
        (_, PasswordState::Suspended) => Err(CardError::Suspended),
        (_, PasswordState::Deactivated) => Err(CardError::Deactivated),
    }
}

fn step(tag: u32, message: &[u8]) -> Command {
    let data = tlv::encode(0x7C, &tlv::encode(tag, message));
    Command::new(0x00, 0x86, 0x00, 0x00)
        .with_data(data)
        .with_ne(256)
}

/// The message that a step of BPACE answers with.
fn step_of(password: Password, answer: &Response, tag: u32) -> Result<Vec<u8>, CardError> {
    match answer.status.0 {
        0x9000 => message(&answer.data, tag),
        counted @ 0x63C0..=0x63CF => Err(wrong(password, (counted & 0x0F) as u8)),
        0x6983 => Err(CardError::Blocked),
        0x6984 => Err(CardError::Deactivated),
        0x6985 => Err(CardError::Suspended),
        0x6982 => Err(CardError::NotAllowed),
        _ => Err(CardError::from(answer.status)),
    }
}

fn wrong(password: Password, attempts_left: u8) -> CardError {
    match password {
        Password::Pin => CardError::PinWrong { attempts_left },
        Password::Can => CardError::CanWrong,
        Password::Puk => CardError::PukWrong { attempts_left },
    }
}

/// The value of `tag` inside `7C{tag{..}}`, the whole of the answer to GENERAL AUTHENTICATE.
pub(crate) fn message(data: &[u8], tag: u32) -> Result<Vec<u8>, CardError> {
    let broken = || CardError::Protocol("GENERAL AUTHENTICATE: the answer has another form");
    let (outer, rest) = tlv::read(data).map_err(|_| broken())?;
    if outer.tag != 0x7C || !rest.is_empty() {
        return Err(broken());
    }
    let (inner, rest) = tlv::read(outer.value).map_err(|_| broken())?;
    if inner.tag != tag || !rest.is_empty() {
        return Err(broken());
    }
    Ok(inner.value.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_to_general_authenticate_are_strict() {
        assert_eq!(message(&[0x7C, 3, 0x81, 1, 5], 0x81), Ok(vec![5]));
        for bad in [
            &[][..],
            &[0x7C, 3, 0x81, 1],
            &[0x7C, 3, 0x80, 1, 5],
            &[0x7C, 3, 0x81, 1, 5, 0],
            &[0x7D, 3, 0x81, 1, 5],
            &[0x7C, 5, 0x81, 1, 5, 0x82, 0],
        ] {
            assert!(message(bad, 0x81).is_err());
        }
    }

    #[test]
    fn statuses_of_a_step_have_their_meaning() {
        for (password, status, error) in [
            (
                Password::Pin,
                0x63C2,
                CardError::PinWrong { attempts_left: 2 },
            ),
            (Password::Can, 0x63C1, CardError::CanWrong),
            (
                Password::Puk,
                0x63C9,
                CardError::PukWrong { attempts_left: 9 },
            ),
            (Password::Pin, 0x6983, CardError::Blocked),
            (Password::Pin, 0x6984, CardError::Deactivated),
            (Password::Pin, 0x6985, CardError::Suspended),
            (Password::Pin, 0x6982, CardError::NotAllowed),
            (Password::Pin, 0x6A80, CardError::DataRefused),
        ] {
            let answer = Response::new(Vec::new(), Status(status));
            assert_eq!(step_of(password, &answer, 0x81), Err(error));
        }
    }
}
