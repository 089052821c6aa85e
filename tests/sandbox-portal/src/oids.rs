//! Object identifiers that the sandbox writes and expects, as content octets.

/// bign-pubkey 1.2.112.0.2.0.34.101.45.2.1.
pub const BIGN_PUBKEY: &[u8] = &[0x2A, 0x70, 0, 2, 0, 0x22, 0x65, 0x2D, 2, 1];
/// bign-curve256v1 1.2.112.0.2.0.34.101.45.3.1.
pub const BIGN_CURVE256V1: &[u8] = &[0x2A, 0x70, 0, 2, 0, 0x22, 0x65, 0x2D, 3, 1];
/// bign-with-hbelt 1.2.112.0.2.0.34.101.45.12.
pub const BIGN_WITH_HBELT: &[u8] = &[0x2A, 0x70, 0, 2, 0, 0x22, 0x65, 0x2D, 0x0C];
/// belt-hash 1.2.112.0.2.0.34.101.31.81.
pub const BELT_HASH: &[u8] = &[0x2A, 0x70, 0, 2, 0, 0x22, 0x65, 0x1F, 0x51];
/// btok-bauth 1.2.112.0.2.0.34.101.79.11, the mutual form.
pub const BAUTH: &[u8] = &[0x2A, 0x70, 0, 2, 0, 0x22, 0x65, 0x4F, 0x0B];
/// id-DocumentValidity 1.2.112.0.2.0.34.101.79.5.1.
pub const DOCUMENT_VALIDITY: &[u8] = &[0x2A, 0x70, 0, 2, 0, 0x22, 0x65, 0x4F, 5, 1];
/// id-eIdAccess 1.2.112.0.2.0.34.101.79.6.1.
pub const EID_ACCESS: &[u8] = &[0x2A, 0x70, 0, 2, 0, 0x22, 0x65, 0x4F, 6, 1];
/// id-eSignAccess 1.2.112.0.2.0.34.101.79.6.2.
pub const ESIGN_ACCESS: &[u8] = &[0x2A, 0x70, 0, 2, 0, 0x22, 0x65, 0x4F, 6, 2];
/// id-SignAuthExt 1.2.112.0.2.0.34.101.79.8.1.
pub const SIGN_AUTH_EXT: &[u8] = &[0x2A, 0x70, 0, 2, 0, 0x22, 0x65, 0x4F, 8, 1];
/// bpki-role-np 1.2.112.0.2.0.34.101.78.2.60: a citizen.
pub const ROLE_NP: &[u8] = &[0x2A, 0x70, 0, 2, 0, 0x22, 0x65, 0x4E, 2, 60];
/// bpki-role-fnp 1.2.112.0.2.0.34.101.78.2.61: a person of another or of no nationality.
pub const ROLE_FNP: &[u8] = &[0x2A, 0x70, 0, 2, 0, 0x22, 0x65, 0x4E, 2, 61];
/// bpki-role-ocsp 1.2.112.0.2.0.34.101.78.2.30.
pub const ROLE_OCSP: &[u8] = &[0x2A, 0x70, 0, 2, 0, 0x22, 0x65, 0x4E, 2, 30];
/// bpki-role-tsa 1.2.112.0.2.0.34.101.78.2.31, the policy of time stamps too.
pub const ROLE_TSA: &[u8] = &[0x2A, 0x70, 0, 2, 0, 0x22, 0x65, 0x4E, 2, 31];
/// Application identifier of eID (annex on files; not an OBJECT IDENTIFIER).
pub const AID_EID: &[u8] = &[0xD1, 0x12, 0x00, 0x02, 0x00, 0x22, 0x65, 0x4F, 7, 1];

/// X.520 attributes: commonName, surname, serialNumber, countryName, organizationName, givenName.
pub const COMMON_NAME: &[u8] = &[0x55, 4, 3];
/// surname.
pub const SURNAME: &[u8] = &[0x55, 4, 4];
/// serialNumber.
pub const SERIAL_NUMBER: &[u8] = &[0x55, 4, 5];
/// countryName.
pub const COUNTRY_NAME: &[u8] = &[0x55, 4, 6];
/// organizationName.
pub const ORGANIZATION_NAME: &[u8] = &[0x55, 4, 10];
/// givenName.
pub const GIVEN_NAME: &[u8] = &[0x55, 4, 42];

/// Certificate extensions: subjectKeyIdentifier.
pub const SUBJECT_KEY_IDENTIFIER: &[u8] = &[0x55, 0x1D, 14];
/// keyUsage.
pub const KEY_USAGE: &[u8] = &[0x55, 0x1D, 15];
/// basicConstraints.
pub const BASIC_CONSTRAINTS: &[u8] = &[0x55, 0x1D, 19];
/// certificatePolicies.
pub const CERTIFICATE_POLICIES: &[u8] = &[0x55, 0x1D, 32];
/// authorityKeyIdentifier.
pub const AUTHORITY_KEY_IDENTIFIER: &[u8] = &[0x55, 0x1D, 35];
/// extKeyUsage.
pub const EXT_KEY_USAGE: &[u8] = &[0x55, 0x1D, 37];
/// clientAuth.
pub const CLIENT_AUTH: &[u8] = &[0x2B, 6, 1, 5, 5, 7, 3, 2];
/// emailProtection.
pub const EMAIL_PROTECTION: &[u8] = &[0x2B, 6, 1, 5, 5, 7, 3, 4];

/// timeStamping.
pub const TIME_STAMPING: &[u8] = &[0x2B, 6, 1, 5, 5, 7, 3, 8];
/// OCSPSigning.
pub const OCSP_SIGNING: &[u8] = &[0x2B, 6, 1, 5, 5, 7, 3, 9];
/// id-pkix-ocsp-basic.
pub const OCSP_BASIC: &[u8] = &[0x2B, 6, 1, 5, 5, 7, 0x30, 1, 1];
/// CRLNumber.
pub const CRL_NUMBER: &[u8] = &[0x55, 0x1D, 20];
/// CRLReason.
pub const CRL_REASON: &[u8] = &[0x55, 0x1D, 21];
/// bash384 1.2.112.0.2.0.34.101.77.12.
pub const BASH384: &[u8] = &[0x2A, 0x70, 0, 2, 0, 0x22, 0x65, 0x4D, 0x0C];
/// bash512 1.2.112.0.2.0.34.101.77.13.
pub const BASH512: &[u8] = &[0x2A, 0x70, 0, 2, 0, 0x22, 0x65, 0x4D, 0x0D];

/// CMS id-data.
pub const DATA: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 7, 1];
/// CMS id-signedData.
pub const SIGNED_DATA: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 7, 2];
/// Attribute contentType.
pub const CONTENT_TYPE: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 9, 3];
/// Attribute messageDigest.
pub const MESSAGE_DIGEST: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 9, 4];
/// Attribute signingTime.
pub const SIGNING_TIME: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 9, 5];
/// Attribute signingCertificateV2.
pub const SIGNING_CERTIFICATE_V2: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 9, 16, 2, 47];
/// id-ct-TSTInfo.
pub const TST_INFO: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 9, 16, 1, 4];
