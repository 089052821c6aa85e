# Што сказаць пра час подпісу і пра адкліканне.

signature-proven = Штамп часу даказвае, што { $time } подпіс ужо быў.
signature-claimed = Той, хто падпісаў, называе час { $time }; нішто яго не пацвярджае.
signature-not-revoked = Сертыфікаты не адкліканы, паводле звестак на { $time }.
signature-revoked-later = Сертыфікат адклікалі { $time }, ужо пасля подпісу.
signature-unknown = Невядома, ці не адкліканы сертыфікат.
signature-revoked = Сертыфікат адклікалі { $time }.

## На чым заснавана праверка

checked-content-file = Падпісаны файл
checked-content-inside = у самім подпісе
checked-content-size = Памер у байтах
checked-content-digest = Хэш-значэнне паводле { $algorithm }
checked-stamp-signature = Метка часу подпісу
checked-stamp-content = Метка часу змесціва
checked-policy = Палітыка службы метак часу:
checked-at = Праверана на { $time }.
checked-profile = Правілы: { $profile }.
checked-validity = дзейнічае з { $from } па { $until }
checked-status-trusted = давераны на гэтым камп’ютары
checked-status-not-revoked = не адкліканы па стане на { $time }
checked-status-revoked = адкліканы { $time }
checked-status-unknown = невядома, ці адкліканы
