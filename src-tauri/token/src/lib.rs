//! Readers, APDUs, secure messaging and the operations of a BTOK card (STB 34.101.79).
