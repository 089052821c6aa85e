//! A transport that knows its lines: it checks each command and gives the answer that stands beside.

use std::collections::VecDeque;

use super::Transport;
use crate::CardError;

pub(crate) struct Scripted {
    script: VecDeque<(Vec<u8>, Vec<u8>)>,
    atr: Vec<u8>,
}

impl Scripted {
    pub(crate) fn new(script: &[(&str, &str)]) -> Self {
        let octets = |text: &str| hex::decode(text).unwrap();
        Self {
            script: script.iter().map(|(c, r)| (octets(c), octets(r))).collect(),
            atr: vec![0x3B, 0x00],
        }
    }
}

impl Transport for Scripted {
    fn exchange(&mut self, command: &[u8]) -> Result<Vec<u8>, CardError> {
        let (expected, answer) = self.script.pop_front().ok_or(CardError::Removed)?;
        assert_eq!(hex::encode_upper(command), hex::encode_upper(expected));
        Ok(answer)
    }

    fn atr(&self) -> &[u8] {
        &self.atr
    }

    fn carries_extended(&self) -> bool {
        true
    }

    fn reset_on_drop(&mut self) {}
}

impl Drop for Scripted {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            assert!(
                self.script.is_empty(),
                "commands that were expected did not come"
            );
        }
    }
}

/// A transport that leaves the answers to a function.
pub(crate) struct Answering<F> {
    answer: F,
    atr: Vec<u8>,
}

impl<F: FnMut(&[u8]) -> Result<Vec<u8>, CardError> + Send> Answering<F> {
    pub(crate) fn new(atr: &[u8], answer: F) -> Self {
        let atr = atr.to_vec();
        Self { answer, atr }
    }
}

impl<F: FnMut(&[u8]) -> Result<Vec<u8>, CardError> + Send> Transport for Answering<F> {
    fn exchange(&mut self, command: &[u8]) -> Result<Vec<u8>, CardError> {
        (self.answer)(command)
    }

    fn atr(&self) -> &[u8] {
        &self.atr
    }

    fn carries_extended(&self) -> bool {
        true
    }

    fn reset_on_drop(&mut self) {}
}
