# Words of an application on paper.

paper-lead = An application with a digital signature, printed by Kabinet. The signature is in the codes at the end.
paper-procedure = Procedure
paper-authority = For
paper-number = Registration number
paper-not-sent = not sent yet
paper-submitted = Submitted
paper-status = Status
paper-deadline = The authority answers by
paper-applicant = Applicant
paper-created = Drawn up
paper-id = Identifier
paper-answers = What was signed
paper-other-form = The form has changed since the signature: some names of fields may be new ones. The values are exactly those that were signed.
paper-files = Attached files
paper-signature = Signature
paper-signer = Signed by
paper-certificate = Number of the certificate
paper-issuer = Issued by
paper-valid = Certificate valid
paper-signed = Time of signing, by the signer’s clock
paper-hash = belt-hash of what was signed
paper-verdict = Checked
paper-check = To check this paper
paper-check-whole = Scan the pages with the codes as PNG or photograph them, and run “kabinet-cli paper verify” with the pictures. Any copy of Kabinet then checks the signature and shows what was signed: compare it with what stands here. The registration number and the status are not signed; ask the authority.
paper-check-hash = Scan the pages with the codes as PNG or photograph them, and run “kabinet-cli paper verify” with the pictures. Any copy of Kabinet then checks whose signature it is. The application itself is too long for codes: compare its belt-hash with the one above, or give the signed file with “--content”. The registration number and the status are not signed; ask the authority.
paper-code = Code { $number } of { $count }
paper-says = The paper says
paper-no-content = The codes do not hold the application, only its signature. Compare the belt-hash with the one on the paper, or give the signed file with --content.

# The page in the file with all data of a person.
export-title = My data from Kabinet
export-about = { $name }. Portal: { $portal }. Made { $made }.
export-signatures = Files ending in .p7m and .p7s are signatures; “kabinet-cli verify” checks them. The JSON files are described in export.schema.json.
export-care = This file is not encrypted. Keep it where nobody else can read it.
export-drafts = Drafts
export-letters = Letters being written
export-letter = A letter that is not signed yet
export-missing = Not on this computer
export-waiting = Signed, waiting to be sent
export-applications = Applications
