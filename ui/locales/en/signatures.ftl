# What there is to say of a signature’s time and of revocation, in the window and on the command line.

signature-proven = A time stamp proves that the signature already existed on { $time }.
signature-stamp-unknown = It is not known whether the certificate of the time stamp was revoked.
signature-claimed = The signer gives the time as { $time }; nothing proves it.
signature-not-revoked = The certificates were not revoked as of { $time }.
signature-revoked-later = A certificate was revoked on { $time }, after the signature.
signature-revoked-after-check = A certificate was revoked on { $time }, after the moment of the check.
signature-unknown = It is not known whether a certificate was revoked.
signature-revoked = A certificate was revoked on { $time }.
signature-suspended = A certificate has been on hold since { $time }.
signature-never-issued = A service answers that one of the certificates was never issued.

## What a check rests on

checked-signer = Signer
checked-content-file = Signed file
checked-content-inside = in the signature itself
checked-content-size = Size in bytes
checked-content-digest = Hash value by { $algorithm }
checked-stamp-signature = Time stamp of the signature
checked-stamp-content = Time stamp of the content
checked-policy = Policy of the time-stamping authority:
checked-at = Checked for { $time }.
checked-profile = Rules: { $profile }.
checked-validity = valid from { $from } to { $until }
checked-status-trusted = trusted on this computer
checked-status-not-revoked = not revoked as of { $time }
checked-status-revoked = revoked on { $time }
checked-status-suspended = on hold since { $time }
checked-status-never-issued = never issued, its authority says
checked-status-unknown = not known whether it was revoked
