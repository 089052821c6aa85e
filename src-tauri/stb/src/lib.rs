//! Mechanisms of the STB 34.101 standards that no kept library has.
