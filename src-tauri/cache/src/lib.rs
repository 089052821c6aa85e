//! The encrypted store of one person.
