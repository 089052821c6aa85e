//! A software BTOK card for tests (STB 34.101.79).

pub mod card_file;

pub use card_file::CardFile;
