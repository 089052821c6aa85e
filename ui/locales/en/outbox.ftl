# Why something in the outbox waits. When it is tried next is shown beside it.

why-turn = It goes with the next pass.
why-upload = The files are on their way.
why-behind = It waits for what you signed before to arrive: { $kind } “{ $title }”.
why-network = There was no connection to the portal. It goes by itself when there is one.
why-sign-in = You are not signed in any more. Sign in again, and it goes.
why-portal-pause = The portal asked to be left alone for a while. It goes by itself after that.
why-retry = The last try failed. { $problem } It is tried again by itself.
why-person = You hold it back. It goes when you let it.
why-refused = The portal did not take it. { $problem }
why-unfit = It cannot be sent as it is. { $problem }
why-disk = The disk of this computer cannot be written. Nothing is sent until it can.

# Why the portal did not take it, and what can be done about it.

retry-silent = The portal refused and did not say why.
refused-silent = It did not say why.
refused-remedy = Take it back, change it where needed and sign it again. If the reason is unclear, ask the portal's help desk.
refused-portal-refused = Its reason: { $reason }.
refused-too-large = It is larger than the portal takes.
refused-too-large-remedy = Take it back, attach fewer or smaller files and sign it again.
refused-form-incomplete = The portal wants other entries in some fields: { $count }.
refused-form-incomplete-remedy = Take it back, mend the fields that are named here and sign it again.
refused-procedure-changed = The form has changed since you signed it.
refused-procedure-changed-remedy = Take it back, check it in the new form and sign it again. What you entered is kept.
refused-signature-failed = The portal does not find the signature valid.
refused-signature-failed-remedy = Take it back and sign it again. If that does not help, ask the portal's help desk.
refused-other-card = It is signed with the card of somebody else.
refused-other-card-remedy = Take it back and sign it again with the card of the person who signed in.
refused-certificate-revoked = The certificate that it is signed with was revoked.
refused-certificate-revoked-remedy = Get a new certificate for the card (My card, Certificate), take this back and sign it again.
refused-attachment-refused = The portal does not take one of the attached files.
refused-attachment-refused-remedy = Take it back, replace the file and sign it again.
refused-application-not-found = The portal does not have the application that it is about.
refused-application-not-found-remedy = Take it back and look for the application in the list.
refused-application-closed = The application that it is about is already decided or withdrawn.
refused-application-closed-remedy = Take it back. If you need to add something, make a new application.
refused-signature-expired = The certificate that it is signed with ended before it could be sent.
refused-signature-expired-remedy = Take it back and sign it again with a valid certificate.
