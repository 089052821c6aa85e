//! PACE of the chip over elliptic curves (Doc 9303-11, clause 4.4).

use kabinet_stb::random::Random;
use kabinet_stb::tlv;
use sha1::{Digest, Sha1};

use super::channel::Channel;
use super::cipher::Cipher;
use super::curve::{self, Named};

/// A dialogue under way.
pub(super) struct Running {
    protocol: Vec<u8>,
    integrated: bool,
    cipher: Cipher,
    curve: Named,
    password: Vec<u8>,
    at: At,
}

enum At {
    Start,
    /// The nonce was sent.
    Nonce(Vec<u8>),
    /// The second generator is known.
    Mapped(Vec<u8>),
    /// Keys were exchanged: ours, theirs, the shared secret.
    Agreed(Vec<u8>, Vec<u8>, Vec<u8>),
}

/// What comes after a step.
pub(super) enum Next {
    Go(Running),
    Done(Channel),
}

/// The password that the printed lines are.
pub(super) fn mrz_password(information: &[u8]) -> Vec<u8> {
    Sha1::digest(information).to_vec()
}

impl Running {
    /// `parameters` may be left out when there is no choice: then they are those of NIST P-256.
    pub(super) fn start(protocol: &[u8], parameters: Option<u8>, password: &[u8]) -> Option<Self> {
        let &[mapping, cipher] = protocol.strip_prefix(&super::PACE)? else {
            return None;
        };
        Some(Self {
            protocol: protocol.to_vec(),
            integrated: match mapping {
                2 => false,
                4 => true,
                _ => return None,
            },
            cipher: Cipher::numbered(cipher)?,
            curve: Named::numbered(parameters.unwrap_or(12))?,
            password: password.to_vec(),
            at: At::Start,
        })
    }

    /// Takes the inside of one GENERAL AUTHENTICATE; nothing when it does not fit.
    pub(super) fn advance(
        mut self,
        inside: &[u8],
        random: &mut dyn Random,
    ) -> Option<(Vec<u8>, Next)> {
        let cipher = self.cipher;
        let zero = vec![0; cipher.block()];
        match std::mem::replace(&mut self.at, At::Start) {
            At::Start => {
                let mut nonce = vec![0; if cipher.key() > 16 { 32 } else { 16 }];
                random.fill(&mut nonce);
                // As a number it is below the order of the curve.
                nonce[0] &= 0x7F;
                let key = cipher.derive(&self.password, 3);
                let sealed = cipher.encrypt(&key, &zero, &nonce);
                self.at = At::Nonce(nonce);
                Some((tlv::encode(0x80, &sealed), Next::Go(self)))
            }
            At::Nonce(nonce) if self.integrated => {
                let theirs = tlv::read_only(0x81, inside).ok()?;
                let number = spread(cipher, theirs, &nonce);
                self.at = At::Mapped(curve::map_number(self.curve, &number)?);
                Some((tlv::encode(0x82, &[]), Next::Go(self)))
            }
            At::Nonce(nonce) => {
                let theirs = tlv::read_only(0x81, inside).ok()?;
                let key = curve::generate(random);
                let shared = curve::multiply(self.curve, &key, theirs)?;
                self.at = At::Mapped(curve::map(self.curve, &nonce, &shared)?);
                let own = curve::public(self.curve, &key)?;
                Some((tlv::encode(0x82, &own), Next::Go(self)))
            }
            At::Mapped(generator) => {
                let theirs = tlv::read_only(0x83, inside).ok()?;
                let key = curve::generate(random);
                let own = curve::multiply(self.curve, &key, &generator)?;
                let shared = curve::multiply(self.curve, &key, theirs)?;
                let answer = tlv::encode(0x84, &own);
                self.at = At::Agreed(own, theirs.to_vec(), curve::x(&shared).to_vec());
                Some((answer, Next::Go(self)))
            }
            At::Agreed(own, theirs, secret) => {
                let token = tlv::read_only(0x85, inside).ok()?;
                if token != self.token(&secret, &own) {
                    return None;
                }
                let answer = tlv::encode(0x86, &self.token(&secret, &theirs));
                Some((answer, Next::Done(Channel::new(cipher, &secret))))
            }
        }
    }

    fn token(&self, secret: &[u8], point: &[u8]) -> Vec<u8> {
        let objects = [tlv::encode(0x06, &self.protocol), tlv::encode(0x86, point)].concat();
        let key = self.cipher.derive(secret, 2);
        self.cipher.mac(&key, &tlv::encode(0x7F49, &objects))
    }
}

/// The pseudo-random function of integrated mapping (appendix B.1) for a field of 256 bits.
fn spread(cipher: Cipher, their_nonce: &[u8], nonce: &[u8]) -> Vec<u8> {
    let (c0, c1) = if cipher.key() == 16 {
        (
            0xA668_892A_7C41_E3CA_739F_40B0_57D8_5904_u128
                .to_be_bytes()
                .to_vec(),
            0xA4E1_36AC_725F_738B_01C1_F602_17C1_88AD_u128
                .to_be_bytes()
                .to_vec(),
        )
    } else {
        let both = |high: u128, low: u128| [high.to_be_bytes(), low.to_be_bytes()].concat();
        (
            both(
                0xD463_D652_3412_4EF7_8970_5498_6DCA_0A17,
                0x4E28_DF75_8CBA_A03F_2406_1641_4D5A_1676,
            ),
            both(
                0x54BD_7255_F0AA_F831_BEC3_423F_CF39_D69B,
                0x6CBF_0666_77D0_FAAE_5AAD_D99D_F8E5_3517,
            ),
        )
    };
    let zero = vec![0; cipher.block()];
    let mut key = cipher.encrypt(their_nonce, &zero, nonce);
    let mut out = Vec::new();
    while out.len() < 40 {
        let used = key[..cipher.key()].to_vec();
        out.extend(cipher.encrypt(&used, &zero, &c1));
        key = cipher.encrypt(&used, &zero, &c0);
    }
    out
}
