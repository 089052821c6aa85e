# Что сказать о времени подписи и об отзыве.

signature-proven = Отметка времени доказывает, что { $time } подпись уже была.
signature-stamp-unknown = Неизвестно, не отозван ли сертификат отметки времени.
signature-claimed = Подписавший называет время { $time }; ничто его не подтверждает.
signature-not-revoked = Сертификаты не отозваны, по данным на { $time }.
signature-revoked-later = Сертификат отозвали { $time }, уже после подписи.
signature-revoked-after-check = Сертификат отозвали { $time }, позже момента, на который проверено.
signature-unknown = Неизвестно, не отозван ли сертификат.
signature-revoked = Сертификат отозвали { $time }.
signature-suspended = Действие сертификата приостановлено с { $time }.
signature-never-issued = Служба отвечает, что один из сертификатов никогда не выдавался.

## На чём основана проверка

checked-signer = Кто подписал
checked-content-file = Подписанный файл
checked-content-inside = в самой подписи
checked-content-size = Размер в байтах
checked-content-digest = Хеш-значение по { $algorithm }
checked-stamp-signature = Отметка времени подписи
checked-stamp-content = Отметка времени содержимого
checked-policy = Политика службы отметок времени:
checked-at = Проверено на { $time }.
checked-profile = Правила: { $profile }.
checked-validity = действует с { $from } по { $until }
checked-status-trusted = доверенный на этом компьютере
checked-status-not-revoked = не отозван по состоянию на { $time }
checked-status-revoked = отозван { $time }
checked-status-suspended = приостановлен с { $time }
checked-status-never-issued = не выдавался, по данным центра
checked-status-unknown = неизвестно, отозван ли
