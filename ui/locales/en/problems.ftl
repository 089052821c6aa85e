# What went wrong (err-) and what to do now (rec-), by code. Made for people: read each aloud.

err-no-service = The smart card service of this computer is not running.
rec-no-service = Start it: on Linux “sudo systemctl restart pcscd.socket pcscd”, on Windows “Smart Card” (SCardSvr) in Services; on macOS restart the computer.
err-service-not-installed = The smart card service is not installed on this computer.
rec-service-not-installed = Install it: on Debian and Ubuntu “sudo apt install pcscd”, on Fedora “sudo dnf install pcsc-lite”.
err-service-not-activated = The smart card service is installed but switched off.
rec-service-not-activated = Switch it on with “sudo systemctl enable --now pcscd.socket”. From then on it starts by itself whenever a card is needed.
err-service-version = The smart card service and the library that this program uses are of different versions.
rec-service-version = Update pcscd and this program and restart the computer. A Flatpak or Snap brings a library of its own: if the newest one does not fit your system, install the program as a system package.
err-service-shut-off = The package of this program is shut off from the smart card service.
rec-service-shut-off = Allow it: for Flatpak “flatpak override --user --socket=pcsc by.kabinet.desktop”, for Snap “snap connect kabinet:pcscd”. If that does not help, pcscd is missing on the system itself: “sudo apt install pcscd”.
err-service-denied = The system does not let this program use the card reader.
rec-service-denied = Sign in at the computer itself instead of remotely, or ask the administrator to allow access to pcscd.
err-no-reader = No card reader was found.
rec-no-reader = Plug in a card reader and try again.
err-reader-unknown = A card reader is plugged in, but the system cannot use it.
rec-reader-unknown = Unplug it and plug it in again: it may be asleep. If that does not help, install its driver (on Debian and Ubuntu “sudo apt install libccid”, or the maker’s own). Very old firmware is refused by drivers: ask the maker for a newer one, or use another reader.
err-reader-gone = The card reader was unplugged.
rec-reader-gone = Plug it in again and repeat. Nothing was sent.
err-reader-failed = The reader failed.
rec-reader-failed = Unplug the reader, plug it in again and repeat. Nothing was sent.
err-long-refused = The reader or the card did not take a long command.
rec-long-refused = Repeat: the program has noted it and sends short commands to this card in this reader from now on. Nothing was sent, and a right PIN costs no attempt.
err-computer-slept = The computer went to sleep in the middle of the work with the card.
rec-computer-slept = Repeat. The card was closed for safety: whoever wakes the computer may be somebody else. Nothing was sent.
err-no-card = There is no card in the reader.
rec-no-card = Put the ID card into the reader.
err-card-mute = The card does not answer.
rec-card-mute = Take the card out, check which side is up and which end goes first (the chip), clean the contacts, and put it in again.
err-card-in-use =
    { $holder ->
        [gnupg] The card is held, most likely by GnuPG: its program scdaemon runs.
        [opensc] The card is held, most likely by OpenSC: its program opensc-tool runs.
       *[other] Another program holds the card.
    }
rec-card-in-use =
    { $holder ->
        [gnupg] Make GnuPG let go with “gpgconf --kill scdaemon” and repeat. So that it does not keep the card again, add “pcsc-shared” to its file scdaemon.conf.
       *[other] Close other programs that use the card (often GnuPG's scdaemon) and repeat.
    }
err-not-id-card = This is not an ID card.
rec-not-id-card = Put an ID card or a residence card with a chip into the reader.
err-card-removed = The card was taken out before the work was finished.
rec-card-removed = Put the card in again and repeat. Nothing was sent, and a right PIN costs no attempt.
err-card-reset = Another program reset the card.
rec-card-reset = Repeat. If it happens again, close other programs that use the card.
err-pin-format = A PIN has exactly six digits.
rec-pin-format = Enter six digits. No attempt was used.
err-can-format = The CAN has six digits.
rec-can-format = Enter the six digits printed on the card. No attempt was used.
err-puk-format = The PUK has ten digits.
rec-puk-format = Enter the ten digits from the envelope that came with the card. No attempt was used.
err-pins-differ = The two new PINs differ.
rec-pins-differ = Repeat, and type the same six digits both times. The PIN is as it was.
err-pin-wrong = The PIN is wrong.
rec-pin-wrong =
    { $attempts_left ->
        [one] One attempt is left. Before it the CAN will be needed: the six digits printed on the card.
       *[other] { $attempts_left } attempts are left. Check the digits and try again.
    }
err-can-wrong = The CAN is wrong.
rec-can-wrong = The CAN is the six digits printed on the card. Check them and repeat; a CAN cannot be blocked.
err-puk-wrong = The PUK is wrong.
rec-puk-wrong = Check the ten digits of the PUK from the envelope. While the PIN is blocked, ten wrong PUKs block it for ever.
err-pin-suspended = One PIN attempt is left and the card waits for the CAN.
rec-pin-suspended = Enter the CAN, the six digits printed on the card (under “My card”; on the command line: kabinet-cli pin resume), and then the PIN. Without the CAN no attempt is used.
err-pin-blocked = The PIN is blocked.
rec-pin-blocked = Unblock it with the PUK, the ten digits from the envelope that came with the card (under “My card”; on the command line: kabinet-cli pin unblock).
err-pin-deactivated = The PIN is switched off.
rec-pin-deactivated = Switch it on with the PUK (under “My card”; on the command line: kabinet-cli pin enable), or go to the office that issued the card.
err-card-refused = The card refused the operation.
rec-card-refused = Repeat. If it still refuses, ask the help desk.
err-card-failed = The card failed inside.
rec-card-failed = Take the card out, put it in again and repeat. If it fails again, the card has to be replaced by the office that issued it.
err-card-unsupported = This card does not have what was asked of it.
rec-card-unsupported = Nothing on the card has changed. Ask the office that issued the card what it can do.
err-several-cards = There are several ID cards in the readers.
rec-several-cards = Leave one, or say which to take: kabinet-cli --reader “name of the reader”. kabinet-cli readers shows the names. No PIN attempt was used.
err-no-travel-document = This card has no travel document application with a photo.
rec-no-travel-document = Nothing is wrong: not every card has one. Holder, keys and certificates can be read with the PIN.
err-mrz-format = These are not the printed lines.
rec-mrz-format = Copy the upper two of the three lines printed for machines on the back of the card, character by character; in a book, the second line. The card was not asked.
err-mrz-mistyped =
    { $field ->
        [number] There is a mistake in the document number: its check digit does not fit.
        [birth] There is a mistake in the date of birth: its check digit does not fit.
       *[expiry] There is a mistake in the date of expiry: its check digit does not fit.
    }
rec-mrz-mistyped = Compare that place with the card: most often 0 and O or 1 and I are mixed up. The card was not asked.
err-mrz-wrong = The card did not accept the printed lines.
rec-mrz-wrong = Check that the lines are those of this very card, and repeat. The lines cannot be blocked, and the PIN was not touched.
err-document-needs-mrz = This chip does not take the CAN.
rec-document-needs-mrz = Use the lines printed for machines on the back of the card (on the command line: kabinet-cli card read --with mrz).
err-document-locked = The chip does not give photo and printed data.
rec-document-locked = This document opens in a way that the app does not know. Everything else on the card works.
err-document-forged = The chip could not prove that it is genuine.
rec-document-forged = This may be a copy of a document. Repeat; if the same comes out, turn to the office that issued the card.
err-document-unreadable = The travel document on the card cannot be read.
rec-document-unreadable = Take the card out, put it in again and repeat. This uses no PIN attempts.
err-key-absent = There is no such key on the card.
rec-key-absent = Look at the list of keys, or make the key first.
err-key-destroyed = This key was destroyed and cannot come back.
rec-key-destroyed = Make a new key and get a certificate for it.
err-key-deactivated = This key is switched off.
rec-key-deactivated = Switch the key on, then repeat.
err-key-exists = The card has this key already.
rec-key-exists = Nothing has changed. Use the key, or destroy it before you make a new one.
err-card-protocol = The card's answer makes no sense.
rec-card-protocol = Take the card out, put it in again and repeat. Nothing was sent.
err-terminal-refused = The card did not accept the portal: its credentials are foreign or expired.
rec-terminal-refused = Nothing was handed over. Check the portal's address; if it is right, tell the help desk.
err-card-timeout = The card takes too long to answer.
rec-card-timeout = Take the card out, put it in again and repeat.
err-timed-out = The command did not end in the time that it was given.
rec-timed-out = It was stopped where it was. Look at the state of the card and at the outbox, and repeat with a longer --timeout.
err-cancelled = You stopped this.
rec-cancelled = Nothing was sent. You can start again at any time.
err-offline = The portal cannot be reached.
rec-offline = Everything you entered is saved. Check the internet connection; what is signed goes by itself once it is back.
err-portal-timeout = The portal did not answer in time.
rec-portal-timeout = Everything is saved. Repeat later.
err-portal-server = The portal has an error.
rec-portal-server = Everything is saved. Repeat later; neither your card nor your computer is at fault.
err-portal-garbage = The portal's answer makes no sense.
rec-portal-garbage = Everything is saved. Perhaps the network replaces answers (a Wi-Fi sign-in page, for example). Check the connection and repeat.
err-portal-refused = The portal refused: { $reason }.
rec-portal-refused = Everything is saved. Check the data; if the reason is unclear, ask the portal's help desk.
err-session-expired = Your sign-in has run out.
rec-session-expired = Sign in with the card again. Everything you entered is saved.
err-document-expired = The ID card has expired.
rec-document-expired = Get a new card. Drafts and earlier applications stay readable.
err-card-invalid = The portal did not accept the card as genuine.
rec-card-invalid = Go to the office that issued the card.
err-required-claim-missing = The portal does not let you in without the required data.
rec-required-claim-missing = Sign in again and leave the required data ticked.
err-insecure-address = The portal's address is not protected.
rec-insecure-address = Give an address that begins with https://.
err-no-portal = No portal address is set.
rec-no-portal = Set the portal's address in the settings.
err-no-store = There is no store of yours on this computer yet.
rec-no-store = Sign in with the card: the store is then made.
err-store-locked = The store is locked.
rec-store-locked = Unlock it with the passphrase.
err-passphrase-needed = The system has no key store, so a passphrase is needed.
rec-passphrase-needed = Choose a phrase of twelve or more characters and remember it.
err-passphrase-wrong = The passphrase is wrong.
rec-passphrase-wrong = Check keyboard layout and capitals and repeat. Attempts are not limited.
err-passphrase-short = The passphrase is too short.
rec-passphrase-short = Twelve or more characters are needed.
err-store-damaged = The store's file is damaged.
rec-store-damaged = Let Kabinet repair it: the button beside this message, or `kabinet-cli store repair`. Drafts and signed applications are saved first; the damaged file is deleted only when nothing in it is missing.
err-disk-full = The disk is full.
rec-disk-full = Free some space and repeat. What was saved before is not lost.
err-read-only = The profile's folder is read-only.
rec-read-only = Allow the program to write there and repeat.
err-second-instance = Kabinet already works with this store.
rec-second-instance = Go to the open window, or close it and repeat.
err-store-too-new = The store was made by a newer version of the program.
rec-store-too-new = Update the program.
err-draft-not-found = There is no such draft.
rec-draft-not-found = Look at the list of drafts: it may have been signed or deleted.
err-draft-undecided = Some fields of the draft were changed on two computers.
rec-draft-undecided = Look at both versions and choose one; then you can sign.
err-procedure-not-found = There is no such procedure in the catalogue.
rec-procedure-not-found = Refresh the catalogue or check the number.
err-application-not-found = There is no such application.
rec-application-not-found = Look at the list of applications and at the outbox.
err-outbox-not-found = There is no such item in the outbox.
rec-outbox-not-found = It may have left already: look at the list of applications.
err-form-incomplete = The form is not ready: { $count } to mend.
rec-form-incomplete = Mend the marked fields. What you entered is saved.
err-draft-carried = The new form has no place for some of what you entered.
rec-draft-carried = Look in the draft at what was set aside, take over what you need, and say that you have seen it. Then sign.
err-procedure-changed = The procedure's form has changed since the draft was begun.
rec-procedure-changed = Refresh the catalogue, open the draft and check it.
err-no-certificate = There is no signing certificate on the card.
rec-no-certificate = Get one from a registration office.
err-certificate-expired = The card's certificate is not valid at this time.
rec-certificate-expired = Check the computer's date; if it is right, get a new certificate.
err-certificate-not-for-signing = The card's certificate is not for signatures.
rec-certificate-not-for-signing = Ask the registration office.
err-signature-failed = The signature that the card made did not pass the check.
rec-signature-failed = Nothing was sent. Repeat; if the error stays, ask the help desk.
err-no-trust-anchors = There are no trust anchors, so no signature can be found valid.
rec-no-trust-anchors = Put the root certificates (*.cer) into the folder “trust” of the profile.
err-file-unreadable = The file cannot be read or written.
rec-file-unreadable = Check that it exists and that you may use it.
err-file-not-signature = The file has no signature in it.
rec-file-not-signature = Choose a file with a signature (.p7m, .p7s).
err-no-terminal = There is nowhere to ask for the secret.
rec-no-terminal = Hand the secrets over with “--secrets FILE”, or run the command in a terminal.
err-settings-unreadable = The settings file is damaged.
rec-settings-unreadable = Mend or delete settings.json in the profile's folder.
err-usage = The command is not understood: { $reason }.
rec-usage = See “kabinet-cli --help”.
err-internal = The program itself has an error.
rec-internal = What was saved is safe. Restart the program and tell the help desk.

# What is wrong with one field, by keyword of JSON Schema.
field-required = Fill in this field.
field-minLength = Too short: at least { $limit } characters are needed.
field-maxLength = Too long: at most { $limit } characters fit.
field-pattern = Check how this is written.
field-format = Check how this is written.
field-format-date = Write a day of the calendar, for example 2026-05-03.
field-format-email = Write an e-mail address, for example name@example.by.
field-format-phone = Write a phone number: 80 29 555 01 23, or with the country: +375 29 555 01 23.
field-format-personal-number = Check the personal number: 14 characters such as 3140620A012PB3. One of them is wrong.
field-format-document-number = Write the number of the document: two Latin letters and seven digits, such as MP1234567.
field-format-postal-code = Write the six digits of the postal code.
field-format-money = Write an amount in roubles and kopecks, for example 120.50.
field-format-attachment = Add this file again: it is not among the files of the application.
field-formatMinimum = It must be { $limit } or more.
field-formatMinimum-date = It must be a date not before { $limit }.
field-formatMinimum-today = It must be a date not before today.
field-formatMaximum = It must be { $limit } or less.
field-formatMaximum-date = It must be a date not after { $limit }.
field-formatMaximum-today = It must be a date not after today.
field-enum = Choose from the list.
field-type = Check the value.
field-type-string = Fill in this field.
field-type-integer = Write a whole number.
field-type-number = Write a number.
field-minimum = It must be { $limit } or more.
field-maximum = It must be { $limit } or less.
field-exclusiveMinimum = It must be more than { $limit }.
field-exclusiveMaximum = It must be less than { $limit }.
field-multipleOf = It must be a multiple of { $limit }.
field-const = Tick this to go on.
field-minItems = Too few: at least { $limit } are needed.
field-maxItems = Too many: at most { $limit } fit.
field-uniqueItems = The same is written twice.
field-accept = This kind of file is not taken. Taken are: { $limit }.
field-contentMediaType = This kind of file is not taken. Taken is: { $limit }.
field-maxSize = The file is too large: at most { $limit }.
field-falseSchema = This is not asked for here: remove it.
field-additionalProperties = There is something here that is not asked for.
field-size = The form holds more than can be checked. Remove some entries.
field-other = Check the value.

# What a signature says.
signature-valid = The signature is valid: the document was not changed, and { $signer } signed it.
signature-invalid = The signature is not valid: the document was changed, or signature or certificate do not fit ({ $reason }).
signature-cannot-tell = It cannot be told whether the signature is valid: something is missing ({ $reason }).

# Titles of windows.
main-window-title = Kabinet
prompt-window-title = Kabinet: confirm

err-procedure-withdrawn = This procedure is no longer offered.
rec-procedure-withdrawn = Your draft stays readable. Look in the catalogue for what replaced the procedure.
err-no-key-store = The key of your store cannot be had from the system.
rec-no-key-store = Unlock the key store of the system (it opens with your sign-in to the computer) and repeat. Nothing is lost.
err-other-card = The card in the reader belongs to another person.
rec-other-card = Put in the card of the person who signed in, or sign in with this card. Nothing was signed.

err-may-have-left = This application was already being sent and may have reached the portal.
rec-may-have-left = It cannot be taken back until that is known. Synchronise when there is a connection: you will see its registration number or why it was refused.

err-attachment-empty = The file “{ $name }” is empty.
rec-attachment-empty = Choose another file. Nothing was attached.
err-attachment-executable = The file “{ $name }” is a program.
rec-attachment-executable = Programs cannot be attached. Attach the document itself: PDF, JPEG, PNG, TIFF or HEIC.
err-attachment-kind = The file “{ $name }” is of a kind that is not accepted.
rec-attachment-kind = Attach PDF, JPEG, PNG, TIFF or HEIC. Other documents can be saved as PDF first.
err-attachment-mismatch = The name of the file “{ $name }” says something else than its content.
rec-attachment-mismatch = Open the file and save it again in the right format, then attach it.
err-attachment-too-large = The file is larger than { $limit } MiB.
rec-attachment-too-large = Make it smaller, for example by scanning with a lower resolution, or split it.
err-attachments-too-many = An application may have at most { $count } files and { $limit } MiB in all.
rec-attachments-too-many = Remove a file, or put several into one PDF.
err-attachment-gone = A file that the application needs is not in the store: { $name }.
rec-attachment-gone = Remove it from the draft and attach it again.
err-attachment-refused = The portal did not accept one of the attached files.
rec-attachment-refused = Take the application back, replace the file and sign again.
err-signature-expired = The certificate of the signature has ended before the application could be sent.
rec-signature-expired = Nothing was sent. Take the application back and sign it again with a valid certificate.
err-application-closed = This application is already decided or withdrawn.
rec-application-closed = Nothing can be added to it. If you need to, make a new application.
err-message-not-found = There is no such message.
rec-message-not-found = Synchronise and look at the list again.
err-letter-empty = The reply says nothing, or it is too long.
rec-letter-empty = Write at least a word, and no more than ten thousand signs.
err-document-not-found = There is no such document on this computer.
rec-document-not-found = Synchronise when there is a connection: the document will come from the portal.
issued-genuine = Genuine: signed by { $signer }, and nobody has changed anything since.
issued-cannot-tell = Nobody can tell here whether it is genuine: who signed it cannot be checked.
issued-not-genuine = Not genuine: its content or its signature was changed. Do not believe it.
issued-missing = The document has not come from the portal yet.
