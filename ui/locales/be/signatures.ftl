# Што сказаць пра час подпісу і пра адкліканне.

signature-proven = Адзнака часу даказвае, што { $time } подпіс ужо быў.
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
checked-stamp-signature = Адзнака часу подпісу
checked-stamp-content = Адзнака часу змесціва
checked-policy = Палітыка службы адзнак часу:
checked-at = Праверана на { $time }.
checked-profile = Правілы: { $profile }.
checked-validity = дзейнічае з { $from } да { $until }
checked-status-trusted = давераны на гэтым камп’ютары
checked-status-not-revoked = не адкліканы на { $time }
checked-status-revoked = адкліканы { $time }
checked-status-unknown = невядома, ці адкліканы
