//! The state PS of clause 11: a secure channel between client and card.

use kabinet_stb::apdu::{Command, Response, Status};
use kabinet_stb::oid;
use kabinet_stb::sm::ClientChannel;
use zeroize::Zeroize as _;

use crate::CardError;
use crate::lengths::Lengths;
use crate::link::{CHAINING, Link, Repeat};

/// Longest data of a protected command in the short form, octets (reading 10 of the digest of
/// STB 34.101.79: 241 of ciphertext, its tag, length and padding indicator, Le and MAC make 255).
pub(crate) const PROTECTED_SHORT_DATA: usize = 241;
/// Longest answer that a protected command of the short form can carry, octets.
pub(crate) const PROTECTED_SHORT_ANSWER: u32 = 242;

/// What is selected on the card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Selected {
    MasterFile,
    Esign,
    /// An elementary file of eSign.
    File(u16),
}

/// A card whose password was proved (state PS). Dropping it closes the channel by a reset.
pub struct Session {
    pub(crate) link: Link,
    channel: ClientChannel,
    access: Vec<u8>,
    pub(crate) selected: Selected,
    /// Whether nothing was sent since BPACE: BAUTH must come immediately after it.
    pub(crate) fresh: bool,
    closed: bool,
}

impl Session {
    pub(crate) fn new(link: Link, channel: ClientChannel, access: Vec<u8>) -> Self {
        Self {
            link,
            channel,
            access,
            selected: Selected::MasterFile,
            fresh: true,
            closed: false,
        }
    }

    /// The CertHAT objects that went to the card at BPACE, one after the other, DER as sent. The
    /// identity service needs them for the terminal's hello of BAUTH.
    pub fn access(&self) -> &[u8] {
        &self.access
    }

    /// Command APDUs that have gone to the card so far, from the connection on.
    pub fn apdu_count(&self) -> u64 {
        self.link.apdus()
    }

    /// Selects the eSign application unless it is.
    pub(crate) fn select_esign(&mut self) -> Result<(), CardError> {
        if self.selected != Selected::MasterFile {
            return Ok(());
        }
        let command = Command::new(0x00, 0xA4, 0x04, 0x0C).with_data(oid::AID_ESIGN.to_vec());
        let status = self.send(command)?.status;
        match status.0 {
            0x9000 => {
                self.selected = Selected::Esign;
                Ok(())
            }
            0x6982 => Err(CardError::NotAllowed),
            _ => Err(CardError::Status(status)),
        }
    }

    /// Sends a command whose data fit, and accepts any status that came protected.
    pub(crate) fn send(&mut self, command: Command) -> Result<Response, CardError> {
        self.exchange(command, Repeat::Allowed)
    }

    /// As [`Self::send`], but never a second time, whatever the card asks for.
    pub(crate) fn send_once(&mut self, command: Command) -> Result<Response, CardError> {
        self.exchange(command, Repeat::Never)
    }

    /// Sends a command with data of any length: in one extended APDU where the card takes it,
    /// else as a chain, each link protected by itself (its CLA is under the MAC).
    pub(crate) fn send_long(&mut self, command: Command) -> Result<Response, CardError> {
        if command.data.len() <= PROTECTED_SHORT_DATA {
            return self.send(command);
        }
        if self.link.lengths() == Lengths::Extended {
            let response = self.send(command.clone())?;
            if response.status.0 != 0x6700 {
                return Ok(response);
            }
            self.link.set_lengths(Lengths::Short);
        }
        let mut parts = command.data.chunks(PROTECTED_SHORT_DATA).peekable();
        loop {
            let data = parts.next().unwrap_or_default().to_vec();
            let last = parts.peek().is_none();
            let response = self.send(Command {
                cla: if last {
                    command.cla
                } else {
                    command.cla | CHAINING
                },
                ne: if last { command.ne } else { None },
                data,
                ..command.clone()
            })?;
            if last || response.status != Status::OK {
                return Ok(response);
            }
        }
    }

    fn exchange(&mut self, mut command: Command, repeat: Repeat) -> Result<Response, CardError> {
        if self.closed {
            return Err(CardError::ChannelClosed);
        }
        self.fresh = false;
        let protected = self.channel.protect(&command);
        command.data.zeroize();
        let octets = protected
            .ok()
            .and_then(|protected| protected.encode().ok())
            .ok_or(CardError::Protocol("a command that cannot be protected"))?;
        // From here on the counters agree only if an answer comes and is right.
        self.closed = true;
        let answer = self.link.transmit(&octets, repeat)?;
        let answer = Response::parse(&answer)
            .map_err(|_| CardError::Protocol("an answer without a status"))?;
        if answer.data.is_empty() {
            let long = octets.get(4) == Some(&0) || command.ne.is_some_and(|ne| ne > 256);
            if answer.status.0 == 0x6700 && long {
                Lengths::remember_refusal(self.link.atr());
            }
            return Err(unprotected(answer.status));
        }
        let response = self
            .channel
            .unprotect(&answer)
            .map_err(|_| CardError::Protocol("an answer that is not of our channel"))?;
        self.closed = false;
        Ok(response)
    }
}

/// What an answer without protection means. The card has closed the channel, or it never saw the
/// command and the counters differ now: either way the card must be opened again.
fn unprotected(status: Status) -> CardError {
    match status.0 {
        0x9000 => CardError::Protocol("an answer without protection"),
        _ => CardError::ChannelClosed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::scripted::Answering;
    use crate::{CancelToken, SignHash};
    use kabinet_stb::sm::{ChannelKey, TokenChannel};

    /// Announces extended lengths.
    const ATR: [u8; 8] = [0x3B, 0x84, 0x80, 0x01, 0x80, 0x72, 0, 0];

    fn extended_atr(mark: u8) -> Vec<u8> {
        // The last octet only tells the cards of these tests apart.
        vec![0x3B, 0x85, 0x01, 0x80, 0x73, 0xC8, 0x01, 0x40, mark]
    }

    /// A session with a card whose plain answers `card` gives.
    fn session(
        atr: &[u8],
        mut card: impl FnMut(Command) -> (Vec<u8>, u16) + Send + 'static,
    ) -> Session {
        let mut channel = TokenChannel::new(&ChannelKey::new([7; 32]));
        with_octets(atr, move |octets| {
            let command = Command::parse(octets).unwrap();
            let (data, status) = card(channel.unprotect(&command).unwrap());
            let status = Status(status);
            channel.protect(&Response { data, status }).encode()
        })
    }

    fn with_octets(atr: &[u8], answer: impl FnMut(&[u8]) -> Vec<u8> + Send + 'static) -> Session {
        let link = Link::new(Box::new(Answering::new(atr, answer)), CancelToken::new());
        Session::new(
            link,
            ClientChannel::new(&ChannelKey::new([7; 32])),
            Vec::new(),
        )
    }

    /// Reads from `file` what READ BINARY asks for; refuses more than `most`.
    fn reads(file: Vec<u8>, most: u32) -> impl FnMut(Command) -> (Vec<u8>, u16) + Send {
        move |command| {
            if command.ins != 0xB0 {
                return (Vec::new(), 0x9000);
            }
            let offset = usize::from(u16::from_be_bytes([command.p1, command.p2]));
            match command.ne {
                Some(ne) if ne <= most => {
                    let part = file.iter().skip(offset).take(ne as usize);
                    (part.copied().collect(), 0x9000)
                }
                _ => (Vec::new(), 0x6700),
            }
        }
    }

    fn file() -> Vec<u8> {
        [&[0x30, 0x82, 0x02, 0x00][..], &[5; 512]].concat()
    }

    #[test]
    fn refused_long_read_goes_on_in_short_ones() {
        let mut session = session(&extended_atr(1), reads(file(), 242));
        assert_eq!(session.read_file(0x5201), Ok(Some(file())));
        // Application, file, the refused read, three short ones.
        assert_eq!(session.apdu_count(), 6);
        assert_eq!(session.link.lengths(), Lengths::Short);
    }

    #[test]
    fn silent_card_is_read_in_short_ones() {
        let mut session = session(&ATR, reads(file(), 242));
        assert_eq!(session.read_file(0x5201), Ok(Some(file())));
        assert_eq!(session.apdu_count(), 5);
    }

    #[test]
    fn right_le_is_taken_inside_the_channel() {
        let mut session = session(&ATR, |command| match (command.ins, command.ne) {
            (0xB0, Some(4)) => (vec![0x30, 2, 1, 1], 0x9000),
            (0xB0, _) => (Vec::new(), 0x6C04),
            _ => (Vec::new(), 0x9000),
        });
        assert_eq!(session.read_file(0x5101), Ok(Some(vec![0x30, 2, 1, 1])));
    }

    #[test]
    fn files_that_lie_about_their_length_are_refused() {
        for bad in [
            &[0x30, 0x7F, 1][..],
            &[0x30, 0x83, 0xFF, 0xFF, 0xFF, 1],
            &[0x30, 0x80, 1],
        ] {
            let mut session = session(&ATR, reads(bad.to_vec(), 256));
            let refused = session.read_file(0x5201);
            assert!(matches!(refused, Err(CardError::Protocol(_))));
        }
        let mut session = session(&ATR, reads(vec![0xFF; 40], 256));
        assert_eq!(session.read_file(0x5201), Ok(None));
    }

    #[test]
    fn closed_channel_sends_nothing_more() {
        for status in [[0x69, 0x87], [0x69, 0x88], [0x6E, 0x00]] {
            let mut session = with_octets(&ATR, move |_| status.to_vec());
            assert_eq!(session.read_name(), Err(CardError::ChannelClosed));
            assert_eq!(session.read_name(), Err(CardError::ChannelClosed));
            assert_eq!(session.apdu_count(), 1);
        }
        let mut session = with_octets(&ATR, |_| vec![0x90, 0x00]);
        assert!(matches!(session.read_name(), Err(CardError::Protocol(_))));
    }

    #[test]
    fn forged_answer_ends_the_session() {
        let mut channel = TokenChannel::new(&ChannelKey::new([7; 32]));
        let mut session = with_octets(&ATR, move |octets| {
            channel.unprotect(&Command::parse(octets).unwrap()).unwrap();
            let status = Status::OK;
            let mut answer = channel
                .protect(&Response {
                    data: vec![],
                    status,
                })
                .encode();
            // Success instead of another status, the MAC as it was.
            answer[3] ^= 1;
            answer
        });
        let refused = session.read_name();
        assert!(matches!(refused, Err(CardError::Protocol(_))));
        assert_eq!(session.read_name(), Err(CardError::ChannelClosed));
        assert_eq!(session.apdu_count(), 1);
    }

    #[test]
    fn channel_lost_by_a_long_command_is_remembered() {
        let atr = extended_atr(2);
        let mut channel = TokenChannel::new(&ChannelKey::new([7; 32]));
        let mut session = with_octets(&atr, move |octets| {
            let command = channel.unprotect(&Command::parse(octets).unwrap()).unwrap();
            if command.ne.is_some_and(|ne| ne > 256) {
                return vec![0x67, 0x00];
            }
            let (data, status) = (Vec::new(), Status::OK);
            channel.protect(&Response { data, status }).encode()
        });
        assert_eq!(session.read_file(0x5201), Err(CardError::ChannelClosed));
        assert_eq!(Lengths::of(&atr, true), Lengths::Short);
    }

    #[test]
    fn signature_of_another_length_is_refused() {
        let mut session = session(&ATR, |command| match command.ins {
            0x2A => (vec![1; 47], 0x9000),
            _ => (Vec::new(), 0x9000),
        });
        let refused = session.sign(1, SignHash::Belt, &[0; 32]);
        assert!(matches!(refused, Err(CardError::Protocol(_))));
    }

    #[test]
    fn long_data_go_as_a_chain_of_protected_commands() {
        let mut lengths = Vec::new();
        let mut session = session(&ATR, move |command| {
            lengths.push((command.cla, command.data.len()));
            let expected = [(0x10, 241), (0x10, 241), (0x00, 18)];
            assert!(expected.starts_with(&lengths));
            (Vec::new(), 0x9000)
        });
        let command = Command::new(0, 0x2A, 0, 0xBE).with_data(vec![3; 500]);
        assert_eq!(session.send_long(command).unwrap().status, Status::OK);
        assert_eq!(session.apdu_count(), 3);
    }
}
