//! Object identifiers that the sandbox writes and expects, as content octets.

/// bign-pubkey 1.2.112.0.2.0.34.101.45.2.1.
pub const BIGN_PUBKEY: &[u8] = &[0x2A, 0x70, 0, 2, 0, 0x22, 0x65, 0x2D, 2, 1];
/// bign-curve256v1 1.2.112.0.2.0.34.101.45.3.1.
pub const BIGN_CURVE256V1: &[u8] = &[0x2A, 0x70, 0, 2, 0, 0x22, 0x65, 0x2D, 3, 1];
/// bign-curve384v1 1.2.112.0.2.0.34.101.45.3.2.
pub const BIGN_CURVE384V1: &[u8] = &[0x2A, 0x70, 0, 2, 0, 0x22, 0x65, 0x2D, 3, 2];
/// bign-curve512v1 1.2.112.0.2.0.34.101.45.3.3.
pub const BIGN_CURVE512V1: &[u8] = &[0x2A, 0x70, 0, 2, 0, 0x22, 0x65, 0x2D, 3, 3];
/// bign-with-bash384 1.2.112.0.2.0.34.101.45.14.
pub const BIGN_WITH_BASH384: &[u8] = &[0x2A, 0x70, 0, 2, 0, 0x22, 0x65, 0x2D, 0x0E];
/// bign-with-bash512 1.2.112.0.2.0.34.101.45.15.
pub const BIGN_WITH_BASH512: &[u8] = &[0x2A, 0x70, 0, 2, 0, 0x22, 0x65, 0x2D, 0x0F];
/// bign-keytransport 1.2.112.0.2.0.34.101.45.41.
pub const BIGN_KEYTRANSPORT: &[u8] = &[0x2A, 0x70, 0, 2, 0, 0x22, 0x65, 0x2D, 0x29];
/// belt-cfb256 1.2.112.0.2.0.34.101.31.33.
pub const BELT_CFB256: &[u8] = &[0x2A, 0x70, 0, 2, 0, 0x22, 0x65, 0x1F, 0x21];
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
/// bpki-role-ca1 1.2.112.0.2.0.34.101.78.2.1: an issuing authority.
pub const ROLE_CA1: &[u8] = &[0x2A, 0x70, 0, 2, 0, 0x22, 0x65, 0x4E, 2, 1];
/// bpki-role-ra 1.2.112.0.2.0.34.101.78.2.20: a registration authority.
pub const ROLE_RA: &[u8] = &[0x2A, 0x70, 0, 2, 0, 0x22, 0x65, 0x4E, 2, 20];
/// bpki-role-lr 1.2.112.0.2.0.34.101.78.2.62: a person who works for an organisation.
pub const ROLE_LR: &[u8] = &[0x2A, 0x70, 0, 2, 0, 0x22, 0x65, 0x4E, 2, 62];
/// bpki-role-acd 1.2.112.0.2.0.34.101.78.2.70: an automaton.
pub const ROLE_ACD: &[u8] = &[0x2A, 0x70, 0, 2, 0, 0x22, 0x65, 0x4E, 2, 70];
/// bpki-eku-serverTM 1.2.112.0.2.0.34.101.78.3.1.
pub const SERVER_TM: &[u8] = &[0x2A, 0x70, 0, 2, 0, 0x22, 0x65, 0x4E, 3, 1];
/// anyPolicy.
pub const ANY_POLICY: &[u8] = &[0x55, 0x1D, 32, 0];
/// The arc of content types 1.2.112.0.2.0.34.101.78.5.
pub const BPKI_CONTENT: &[u8] = &[0x2A, 0x70, 0, 2, 0, 0x22, 0x65, 0x4E, 5];
/// Attribute extensionRequest of requests.
pub const EXTENSION_REQUEST: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 9, 14];
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
/// subjectAltName.
pub const SUBJECT_ALT_NAME: &[u8] = &[0x55, 0x1D, 17];
/// cRLDistributionPoints.
pub const CRL_DISTRIBUTION_POINTS: &[u8] = &[0x55, 0x1D, 31];
/// authorityInfoAccess, and its ways caIssuers and ocsp.
pub const AUTHORITY_INFO_ACCESS: &[u8] = &[0x2B, 6, 1, 5, 5, 7, 1, 1];
/// caIssuers.
pub const AD_CA_ISSUERS: &[u8] = &[0x2B, 6, 1, 5, 5, 7, 0x30, 2];
/// ocsp.
pub const AD_OCSP: &[u8] = &[0x2B, 6, 1, 5, 5, 7, 0x30, 1];
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
/// CMS id-envelopedData.
pub const ENVELOPED_DATA: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 7, 3];
/// Attribute contentType.
pub const CONTENT_TYPE: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 9, 3];
/// Attribute messageDigest.
pub const MESSAGE_DIGEST: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 9, 4];
/// Attribute signingTime.
pub const SIGNING_TIME: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 9, 5];
/// Attribute signingCertificateV2.
pub const SIGNING_CERTIFICATE_V2: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 9, 16, 2, 47];
/// Attribute signatureTimeStampToken.
pub const SIGNATURE_TIME_STAMP: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 9, 16, 2, 14];
/// id-ct-TSTInfo.
pub const TST_INFO: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 9, 16, 1, 4];
