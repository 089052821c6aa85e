# The help, which works without a network. Paragraphs are divided by an empty line.

help-start = First steps
help-start-text =
    Plug a card reader into USB and put the ID card in, chip first. The left side of the window shows at once what it sees.

    Sign in with the card: a separate window says who is asking for which data, and you enter the PIN there. After that the catalogue and your applications are on this computer, and you can read and fill them in offline.
help-card = Reader and card
help-card-text =
    In a contact reader, push the card in chip side up, chip end first, until it stops. On a contactless reader, leave the card still for as long as the window says it is working.

    The light of most readers burns steadily when a card is in, and blinks while the card works. Do not take the card out while it blinks: nothing breaks, but you will have to start again.
help-pin = PIN, CAN and PUK
help-pin-text =
    The PIN is six digits that only you and the card know. Three wrong PINs in a row block it; after the second wrong one the card waits for the CAN, so that nobody can use up the last attempt unnoticed.

    The CAN is the six digits printed on the card. It is not a secret, and a wrong CAN does no harm.

    The PUK is ten digits from the envelope that came with the card. It unblocks the PIN. After ten wrong PUKs the PIN stays blocked for ever, and only a new card helps.

    Kabinet never enters a PIN a second time by itself and never stores it.
help-sign-in = Signing in
help-sign-in-text =
    The portal recognises you by the card: no user name, no password. The window names first what you may leave out: untick what you want to keep to yourself. The rest is always shared.

    A session lasts a few days. Then the Home page asks you to sign in again; until you do, you can still read what is saved and fill in drafts.
help-procedure = Choosing a procedure
help-procedure-text =
    Each procedure of the catalogue is one kind of application. Its page tells you before you begin who decides, what it costs, how long it may take, which documents are needed, and how long the result is valid.

    It has the same number in the public list, so you can compare. What you see is what the portal published last, and you can read it offline. Starting costs nothing and commits you to nothing: nothing is sent before you sign.
help-apply = Filling in an application
help-apply-text =
    Find a procedure in the catalogue by everyday words or by its number, and begin. What the card and your earlier applications know is already filled in; check it.

    Every change is saved at once. “Undo” takes back the last one. Drop or choose files where the form asks for them, or else on the step before the review; they go with the application, and you sign them together.

    At the end you read the whole application. What you sign is shown once more in a separate window, read back from exactly what gets signed.
help-send = Sending, also later
help-send-text =
    A signed application is sent at once if the portal can be reached. Offline it waits under “Waiting to be sent” and is sent by itself later. It is never lost and never sent twice, even if the power fails in between.

    While it waits, you can take it back: it becomes a draft again.
help-follow = Following an application
help-follow-text =
    The application’s page shows its registration number, what happened, messages, and the documents issued. Kabinet checks the signature of a document every time it shows it.

    When an authority asks for documents, the Home page tells you by when. You sign the reply with the card, just like an application.
help-encrypt = Encrypted files
help-encrypt-text =
    Encrypting a file locks it for the people you choose. You need their certificates: people save their own in Kabinet on the page “My certificate” and pass it on; it holds no secret. Add yours too if you want to open the file yourself.

    What was encrypted for you is opened with the card and the PIN. The content is saved straight to its final place, and only you can read it.

    Encryption hides the content; it does not show who it is from or whether it was changed. If that matters, sign the file first (“Inside the signature”), then encrypt it.
help-certificate = The certificate
help-certificate-text =
    A certificate lasts a few years. Kabinet reminds you 60, 30 and 7 days before it expires; you renew it on the page “My certificate” with the card and the PIN. The old one stays until the new one is written.

    If something stops because the card was taken out or the connection broke, continue with the same card: the key and the request are still there, and nothing is done twice.

    If the card may have been in other hands, revoke the certificate. A password set beforehand lets you do that at the authority without the card.
help-files = Paper and your data
help-files-text =
    You can save an application as PDF pages with codes that let any copy of Kabinet check the signature. In the settings you can save all your data in one file.
help-safety = What keeps you safe
help-safety-text =
    Only the small window titled “Kabinet: confirm” asks for PINs and passwords. It says what is about to happen, and it never opens unless you have just done something. If it does, cancel.

    Kabinet never calls you, and no official needs your PIN or PUK. Everything on this computer is encrypted; on a shared computer, lock Kabinet when you leave.
help-keys = Keyboard
help-keys-text =
    Everything works without a mouse: Tab moves on, Shift+Tab moves back, Enter and Space press, Escape closes. Ctrl+K opens the commands, and Ctrl+/ shows all keys.
