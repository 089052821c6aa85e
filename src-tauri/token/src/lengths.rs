//! Whether extended Lc and Le work, and what was learnt about that.
//!
//! The card tells in its answer to reset what it can do, the reader in its properties what it can
//! carry; neither tells always, or always the truth. Who of the two refused an extended command
//! cannot be seen: a status may come from the reader's own firmware, and a reader that fails to
//! carry it may have been left without an answer by the card. So what is remembered is the pair:
//! this kind of card in this kind of reader. Nothing is concluded about either with another.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::{ReaderAddress, atr};

/// More pairs than a person meets; the oldest is forgotten.
const REMEMBERED: usize = 32;

/// A kind of card and a kind of reader that do not pass extended lengths together.
///
/// Nothing in it is personal: cards of a kind have the same answer to reset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShortOnly {
    /// Name of the reader without the numbers at its end, which change with the order of plugging
    /// in; `tcp` for remote cards.
    pub reader: String,
    /// Answer to reset of the card.
    pub atr: Vec<u8>,
}

impl ShortOnly {
    pub(crate) fn of(address: &ReaderAddress, atr: &[u8]) -> Self {
        let reader = match address {
            ReaderAddress::Pcsc(name) => kind(name).to_owned(),
            ReaderAddress::Tcp(_) => "tcp".to_owned(),
        };
        Self {
            reader,
            atr: atr.to_vec(),
        }
    }
}

/// What is known in this program.
#[derive(Default)]
struct Known {
    pairs: Vec<ShortOnly>,
    keeper: Option<Keeper>,
}

type Keeper = Box<dyn Fn(&[ShortOnly]) + Send>;

/// A refusal in the middle of a channel leaves no second try: the next dialogue has to know.
static KNOWN: Mutex<Known> = Mutex::new(Known {
    pairs: Vec::new(),
    keeper: None,
});

/// Adds what an earlier run of the program has learnt, and says who keeps what this run learns:
/// `keeper` gets all pairs whenever one was added. It must not call back.
pub fn recall(pairs: Vec<ShortOnly>, keeper: impl Fn(&[ShortOnly]) + Send + 'static) {
    let mut known = known();
    for pair in pairs {
        add(&mut known.pairs, pair);
    }
    known.keeper = Some(Box::new(keeper));
}

/// Whether extended Lc and Le work with this card in this reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lengths {
    /// The card does not say. A plain command may try; inside a channel a refusal may cost the
    /// channel, so short ones are used.
    Unknown,
    /// The card says so, or it has worked.
    Extended,
    /// Only short ones.
    Short,
}

impl Lengths {
    /// What can be known before the first command.
    pub(crate) fn of(pair: &ShortOnly, reader_carries_extended: bool) -> Self {
        match atr::extended_lengths(&pair.atr) {
            _ if !reader_carries_extended => Self::Short,
            _ if known().pairs.contains(pair) => Self::Short,
            Some(true) => Self::Extended,
            Some(false) => Self::Short,
            None => Self::Unknown,
        }
    }
}

/// Remembers that an extended command was refused.
pub(crate) fn remember(pair: &ShortOnly) {
    let mut known = known();
    if add(&mut known.pairs, pair.clone())
        && let Some(keeper) = &known.keeper
    {
        keeper(&known.pairs);
    }
}

fn known() -> MutexGuard<'static, Known> {
    KNOWN.lock().unwrap_or_else(PoisonError::into_inner)
}

fn add(pairs: &mut Vec<ShortOnly>, pair: ShortOnly) -> bool {
    if pairs.contains(&pair) {
        return false;
    }
    if pairs.len() >= REMEMBERED {
        pairs.remove(0);
    }
    pairs.push(pair);
    true
}

/// `Maker Model 00 00` of pcsc-lite and `Maker Model 0` of Windows without the numbers.
fn kind(name: &str) -> &str {
    let number = |sign: char| sign.is_ascii_digit() || sign == ' ';
    let cut = name.trim_end_matches(number);
    // A model may be called by a number, but not be nothing else.
    if cut.is_empty() { name } else { cut }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    const ANNOUNCES: [u8; 9] = [0x3B, 0x85, 0x01, 0x80, 0x73, 0xC8, 0x01, 0x40, 0x07];

    fn pair(reader: &str, atr: &[u8]) -> ShortOnly {
        ShortOnly::of(&reader.parse().unwrap(), atr)
    }

    #[test]
    fn a_refusal_is_remembered_for_this_card_in_this_reader() {
        let here = pair("Maker One 00 00", &ANNOUNCES);
        assert_eq!(Lengths::of(&here, true), Lengths::Extended);
        assert_eq!(Lengths::of(&here, false), Lengths::Short);
        remember(&here);
        assert_eq!(Lengths::of(&here, true), Lengths::Short);
        let again = pair("Maker One 01 00", &ANNOUNCES);
        assert_eq!(Lengths::of(&again, true), Lengths::Short);
        let there = pair("Maker Two 00 00", &ANNOUNCES);
        assert_eq!(Lengths::of(&there, true), Lengths::Extended);
        let other = pair("Maker One 00 00", &[0x3B, 0x00]);
        assert_eq!(Lengths::of(&other, true), Lengths::Unknown);
    }

    #[test]
    fn what_was_learnt_is_given_to_the_keeper_once() {
        let (early, late) = (pair("Early 0", &[1]), pair("Late 0", &[2]));
        let kept = Arc::new(Mutex::new(Vec::new()));
        let keeper = Arc::clone(&kept);
        recall(vec![early.clone()], move |pairs| {
            keeper.lock().unwrap().push(pairs.to_vec());
        });
        remember(&early);
        remember(&late);
        remember(&late);
        let kept = kept.lock().unwrap();
        let told: Vec<_> = kept.iter().filter(|pairs| pairs.contains(&late)).collect();
        assert!(told.iter().all(|pairs| pairs.contains(&early)));
        // Other tests may add theirs meanwhile, but this pair brings one call.
        let first = kept.iter().position(|pairs| pairs.last() == Some(&late));
        assert!(first.is_some(), "{kept:?}");
        recall(Vec::new(), |_| ());
    }

    #[test]
    fn no_more_are_remembered_than_bounds_allow() {
        let mut pairs = Vec::new();
        for n in 0..=255 {
            assert!(add(&mut pairs, pair("A", &[n])));
        }
        assert_eq!(pairs.len(), REMEMBERED);
        assert_eq!(pairs[0], pair("A", &[224]));
    }

    #[test]
    fn numbers_at_the_end_are_no_part_of_a_readers_kind() {
        assert_eq!(
            kind("Maker Model [CCID] (12AB) 00 00"),
            "Maker Model [CCID] (12AB)"
        );
        assert_eq!(kind("Maker Model 0"), "Maker Model");
        assert_eq!(kind("3121"), "3121");
    }
}
