# Why something in the outbox waits. When it is tried next is shown beside it.

why-turn = It goes at the next contact with the portal.
why-upload = The files are being sent.
why-behind = It waits until what you signed earlier has arrived: { $kind } “{ $title }”.
why-network = There was no connection to the portal. It goes by itself when there is one.
why-sign-in = Your session has ended. Sign in again, and it goes.
why-portal-pause = The portal asked not to be disturbed for a while. After that it goes by itself.
why-retry = The last attempt failed. { $problem } It is tried again by itself.
why-person = You are holding it back. It goes when you let it.
why-refused = The portal did not accept it. { $problem }
why-unfit = It cannot be sent as it is. { $problem }
why-disk = This computer’s disk is read-only. Until that changes, nothing is sent.

# Why the portal did not take it, and what can be done about it.

retry-silent = The portal refused and did not say why.
refused-silent = It did not say why.
refused-remedy = Take it back, change what is needed and sign it again. If the reason is unclear, ask the portal’s help desk.
refused-portal-refused = Its reason: { $reason }.
refused-too-large = It is larger than the portal accepts.
refused-too-large-remedy = Take it back, attach fewer or smaller files and sign it again.
refused-form-incomplete = The portal expects something else in some fields: { $count }.
refused-form-incomplete-remedy = Take it back, correct the fields named here and sign it again.
refused-procedure-changed = The form has changed since you signed it.
refused-procedure-changed-remedy = Take it back, check it in the new form and sign it again. What you entered is kept.
refused-signature-failed = The portal did not find the signature valid.
refused-signature-failed-remedy = Take it back and sign it again. If that does not help, ask the portal’s help desk.
refused-other-card = It was signed with somebody else’s card.
refused-other-card-remedy = Take it back and sign it again with the card of the person who signed in.
refused-certificate-revoked = The certificate it was signed with was revoked.
refused-certificate-revoked-remedy = Get a new certificate for the card on the page “My certificate”, take this back and sign it again.
refused-attachment-refused = The portal does not accept one of the attached files.
refused-attachment-refused-remedy = Take it back, replace the file and sign it again.
refused-application-not-found = The portal does not have the application this is about.
refused-application-not-found-remedy = Take it back and look for the application in the list.
refused-application-closed = The application this is about is already decided or withdrawn.
refused-application-closed-remedy = Take it back. If you need to add something, make a new application.
refused-signature-expired = The certificate it was signed with expired before it could be sent.
refused-signature-expired-remedy = Take it back and sign it again with a valid certificate.
