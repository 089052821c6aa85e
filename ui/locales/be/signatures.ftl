# Што сказаць пра час подпісу і пра адкліканне.

signature-proven = Штамп часу даказвае, што { $time } подпіс ужо быў.
signature-claimed = Той, хто падпісаў, называе час { $time }; нішто яго не пацвярджае.
signature-not-revoked = Сертыфікаты не адкліканы, паводле звестак на { $time }.
signature-revoked-later = Сертыфікат адклікалі { $time }, ужо пасля подпісу.
signature-unknown = Невядома, ці не адкліканы сертыфікат.
signature-revoked = Сертыфікат адклікалі { $time }.
