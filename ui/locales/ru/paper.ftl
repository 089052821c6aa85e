# Слова заявления на бумаге.

paper-lead = Заявление с электронной цифровой подписью, распечатано программой Kabinet. Подпись — в кодах в конце.
paper-procedure = Процедура
paper-authority = Кому
paper-number = Регистрационный номер
paper-not-sent = ещё не отправлено
paper-submitted = Подано
paper-status = Состояние
paper-deadline = Орган ответит до
paper-applicant = Заявитель
paper-created = Составлено
paper-id = Идентификатор
paper-answers = Что подписано
paper-other-form = После подписания форма изменилась: некоторые названия полей могут быть новыми. Значения — точно те, что подписаны.
paper-files = Приложенные файлы
paper-signature = Подпись
paper-signer = Подписал(а)
paper-certificate = Номер сертификата
paper-issuer = Кем выдан
paper-valid = Сертификат действует
paper-signed = Время подписания по часам подписавшего
paper-hash = belt-hash подписанного
paper-verdict = Проверено
paper-check = Как проверить этот документ
paper-check-whole = Отсканируйте страницы с кодами в PNG или сфотографируйте их и запустите «kabinet-cli paper verify» с этими изображениями. Любая копия Kabinet проверит подпись и покажет, что подписано: сравните с тем, что напечатано здесь. Регистрационный номер и состояние не подписаны — о них спросите орган.
paper-check-hash = Отсканируйте страницы с кодами в PNG или сфотографируйте их и запустите «kabinet-cli paper verify» с этими изображениями. Любая копия Kabinet проверит, чья это подпись. Само заявление слишком длинное для кодов: сравните его belt-hash с указанным выше или передайте подписанный файл через «--content». Регистрационный номер и состояние не подписаны — о них спросите орган.
paper-code = Код { $number } из { $count }
paper-says = В документе
paper-no-content = В кодах нет самого заявления, только его подпись. Сравните belt-hash с напечатанным или передайте подписанный файл через --content.

# Страница в файле со всеми данными человека.
export-title = Мои данные из Kabinet
export-about = { $name }. Портал: { $portal }. Составлено { $made }.
export-signatures = Файлы .p7m и .p7s — подписи; их проверяет «kabinet-cli verify». Файлы JSON описаны в export.schema.json.
export-care = Этот файл не зашифрован. Храните его там, где его не прочтут другие.
export-drafts = Черновики
export-letters = Письма, которые пишутся
export-letter = Письмо, которое ещё не подписано
export-missing = Нет на этом компьютере
export-waiting = Подписано, ждёт отправки
export-applications = Заявления
