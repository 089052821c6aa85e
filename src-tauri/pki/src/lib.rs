//! Certificates and CAdES signatures in the Belarusian profile.
