//! Statuses that the card answers with (annex C and the tables of clause 12.2).

use kabinet_stb::apdu::Status;

/// Done.
pub const OK: Status = Status(0x9000);
/// The attribute asked about does not hold.
pub const ATTRIBUTE_FALSE: Status = Status(0x6200);
/// The key is deactivated.
pub const KEY_DEACTIVATED: Status = Status(0x6283);
/// The card failed inside.
pub const INTERNAL: Status = Status(0x6400);
/// The memory could not be written.
pub const MEMORY: Status = Status(0x6581);
/// Lc or Le does not fit the command.
pub const WRONG_LENGTH: Status = Status(0x6700);
/// This command takes no chain.
pub const NO_CHAINING: Status = Status(0x6884);
/// The state of the card or the rights do not allow it.
pub const NOT_ALLOWED: Status = Status(0x6982);
/// The PIN is blocked.
pub const BLOCKED: Status = Status(0x6983);
/// The PIN is deactivated; also: the key is destroyed, or exists already.
pub const DEACTIVATED: Status = Status(0x6984);
/// The PIN is suspended.
pub const SUSPENDED: Status = Status(0x6985);
/// A plain command in a channel, or a protected one without its code.
pub const SM_MISSING: Status = Status(0x6987);
/// An object of the protected command is wrong.
pub const SM_WRONG: Status = Status(0x6988);
/// The command's data are wrong.
pub const WRONG_DATA: Status = Status(0x6A80);
/// No such file or application.
pub const NOT_FOUND: Status = Status(0x6A82);
/// P1 or P2 is wrong.
pub const WRONG_PARAMETERS: Status = Status(0x6A86);
/// What the command refers to was never there.
pub const NO_REFERENCE: Status = Status(0x6A88);
/// The card does not know this instruction.
pub const NO_INSTRUCTION: Status = Status(0x6D00);
/// The card does not take this class now.
pub const NO_CLASS: Status = Status(0x6E00);

/// 63CX: a password was wrong, or has fewer attempts than it could; X are left.
#[must_use]
pub fn attempts(left: u8) -> Status {
    Status(0x63C0 | u16::from(left & 0x0F))
}
