//! Each operation of STB 34.101.79 (table of clause 12.1) in base mode and in terminal mode, with
//! the statuses that clause 12.2 gives it. A test has the name of its operation;
//! `docs/card-operations.md` lists them.

mod channels;
mod files;
mod keys;
mod passwords;
