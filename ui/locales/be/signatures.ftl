# Што сказаць пра час подпісу і пра адкліканне.

signature-proven = Адзнака часу даказвае, што { $time } подпіс ужо быў.
signature-stamp-unknown = Невядома, ці не адкліканы сертыфікат адзнакі часу.
signature-claimed = Той, хто падпісаў, называе час { $time }; нішто яго не пацвярджае.
signature-not-revoked = Сертыфікаты не адкліканы, паводле звестак на { $time }.
signature-revoked-later = Сертыфікат адклікалі { $time }, ужо пасля подпісу.
signature-revoked-after-check = Сертыфікат адклікалі { $time }, пазней за момант, на які праверана.
signature-unknown = Невядома, ці не адкліканы сертыфікат.
signature-revoked = Сертыфікат адклікалі { $time }.
signature-suspended = Дзеянне сертыфіката прыпынена з { $time }.
signature-never-issued = Служба адказвае, што адзін з сертыфікатаў ніколі не выдаваўся.

## На чым заснавана праверка

checked-signer = Хто падпісаў
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
checked-status-suspended = прыпынены з { $time }
checked-status-never-issued = не выдаваўся, паводле цэнтра
checked-status-unknown = невядома, ці адкліканы
