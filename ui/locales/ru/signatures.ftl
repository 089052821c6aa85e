# Что сказать о времени подписи и об отзыве.

signature-proven = Штамп времени доказывает, что { $time } подпись уже была.
signature-claimed = Подписавший называет время { $time }; ничто его не подтверждает.
signature-not-revoked = Сертификаты не отозваны, по данным на { $time }.
signature-revoked-later = Сертификат отозвали { $time }, уже после подписи.
signature-unknown = Неизвестно, не отозван ли сертификат.
signature-revoked = Сертификат отозвали { $time }.
