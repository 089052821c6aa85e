# The help, which works without a network. Paragraphs are divided by an empty line.

help-start = First steps
help-start-text =
    Plug a card reader into USB and put the ID card in, chip first. The left side of the window tells at once what it sees.

    Sign in with the card: a window of its own says who asks for which data, and there you enter the PIN. After that the catalogue and your applications are on this computer, and you can read and fill in without a network.
help-card = Reader and card
help-card-text =
    A contact reader takes the card with the chip towards the reader and facing up, until it stops. On a contactless reader the card lies still for as long as the window says that it is working.

    The light of most readers burns steadily when a card is in, and blinks while the card works. Do not take the card out while it blinks: nothing breaks, but the act has to be repeated.
help-pin = PIN, CAN and PUK
help-pin-text =
    The PIN is six digits that only you and the card know. Three wrong PINs in a row block it; after the second wrong one the card waits until it sees the CAN, so that nobody can use up the last attempt unnoticed.

    The CAN is the six digits printed on the card. It is no secret, and a wrong CAN costs nothing.

    The PUK is ten digits from the envelope that came with the card. It unblocks the PIN. After ten wrong PUKs the PIN stays blocked for ever, and only a new card helps.

    Kabinet never tries a PIN a second time by itself and keeps none.
help-sign-in = Signing in
help-sign-in-text =
    The portal recognises you by the card: no user name, no password. What is marked as required always goes along; untick of the rest what you do not want to share.

    A session lasts for some days. Then Home asks you to sign in again; until you do, everything saved can still be read and filled in.
help-apply = Filling in an application
help-apply-text =
    Find a procedure in the catalogue by everyday words or by its number, and begin. What the card and earlier applications know is filled in already; look it over.

    Every change is saved at once. “Undo” takes back the last one. Files can be dropped on the page; they go along with the application, and you sign them with it.

    At the end you read the application as a whole. What you sign is shown once more in a window of its own, read back out of exactly what gets signed.
help-send = Sending, also later
help-send-text =
    A signed application goes at once when the portal can be reached. Without a network it waits under “Waiting to be sent” and goes by itself. It is never lost and never sent twice, even if the power fails in between.

    As long as it waits, you can take it back: it becomes a draft again.
help-follow = Following an application
help-follow-text =
    The application’s page shows its registration number, what happened, messages, and documents that were issued. Kabinet checks the signature of each document each time it shows one.

    When an authority asks for documents, Home tells until when. You sign the reply with the card, just like an application.
help-encrypt = Encrypted files
help-encrypt-text =
    To encrypt a file is to lock it for certain people. Their certificates are needed: everybody saves their own in Kabinet under “My certificate” and passes it on; there is no secret in it. Add yours too if you want to open the file yourself.

    What was encrypted for you is opened by the card with the PIN. The content is written at once to where it stays, and only you can read it.

    Encryption hides the content; it does not show whom it is from, nor whether it was changed. If that matters, sign the file first with the document inside the signature, then encrypt it.
help-certificate = The certificate
help-certificate-text =
    A certificate lasts for some years. Kabinet reminds you 60, 30 and 7 days before its end; you renew it under “My certificate” with card and PIN. The old one stays until the new one is written.

    If something stops, because the card was taken out or the connection broke, go on with the same card: key and request are still there, and nothing is done twice.

    If the card may have been in other hands, revoke the certificate. A password set beforehand helps to do that at the authority without the card.
help-files = Paper and your data
help-files-text =
    An application can be saved as PDF pages with codes by which any copy of Kabinet can check the signature. In the settings you can save everything of yours in one file.
help-safety = What keeps you safe
help-safety-text =
    Secrets are asked for only in the small window titled “Kabinet: confirm”. It says what is going to happen, and it never opens without something that you have just done. If it does, cancel.

    Kabinet does not call you, and no official needs your PIN or PUK. Everything on this computer is encrypted; on a shared computer, lock Kabinet when you leave.
help-keys = Keyboard
help-keys-text =
    Everything works without a mouse: Tab goes on, Shift+Tab goes back, Enter and Space press, Escape closes. Ctrl+K opens the commands, and the question mark shows all keys.
