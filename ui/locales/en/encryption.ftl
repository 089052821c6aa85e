# The page of files: encrypting and opening. Loaded when it is wanted.

files-do-encrypt = { $count ->
    [one] Encrypt the file
   *[other] Encrypt { $count } files
}
files-do-decrypt = { $count ->
    [one] Open it with the card
   *[other] Open { $count } files with the card
}
files-do-decrypt-anyway = Try with this card all the same
files-encrypted = { $count ->
    [one] One file is encrypted.
   *[other] { $count } files are encrypted.
}
files-decrypted = { $count ->
    [one] One file is opened.
   *[other] { $count } files are opened.
}
recipients = Who will be able to read
recipients-here = Drop the recipients’ certificates (.cer, .crt, .pem) here, or choose them. People save theirs in Kabinet under “My certificate”.
recipient-own = this is you
recipient-facts = Issued by { $issuer } · valid until { $day } · key level { $level }
recipient-unproven = Nobody you trust vouches for this name
recipient-added = Recipient added: { $name }
recipient-own-missing = You will not be able to open it yourself
recipient-own-why = Only the people on the list can read what is encrypted. Add your own certificate if you want to open it later.
recipient-own-add = Add my certificate
recipient-own-read = Take my certificate from the card
encrypt-key = The files are locked with a { $count }-bit key, because the key of { $name } cannot open a longer one. That is safe.
encrypt-unsigned = Encryption does not show who a file is from or whether it was changed. If that matters, sign it first (“Inside the signature”), then encrypt the result.
decrypt-none = There is no encrypted file here
decrypt-none-text = The name of an encrypted file usually ends in .p7m. Add it above.
decrypt-ours = { $name } is for your card
decrypt-ours-text = Your certificate is among the recipients.
decrypt-others = { $name } is not for your card
decrypt-others-text = The certificate that your card had when it was last read is not among the recipients. Ask the sender to encrypt it for your certificate: save it and pass it on.
decrypt-unknown = { $name } is encrypted
decrypt-unknown-text = Whether it is for your card will be known only after the PIN: the card has not been read here yet.
decrypt-place = What is opened goes to your Downloads folder; for a file you opened from the file manager, next to it. Only you can read it, and nothing is overwritten.
encrypted-done = { $name } is encrypted
encrypted-not = { $name } is not encrypted
decrypted-done = { $name } has been opened
decrypted-not = { $name } has not been opened
crypted-place = The result is here:
crypted-signed = The content is signed: add that file here and check the signature to learn who made it.
crypted-unsigned = The content is not signed: nothing shows who made it or whether it was changed on the way.
recipient-unproven-text = Ask the person directly whether the certificate is theirs: by telephone or when you meet.
