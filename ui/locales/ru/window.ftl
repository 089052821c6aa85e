# Words of the window.

skip = К содержанию
nav = Разделы
nav-home = Главная
nav-services = Каталог
nav-affairs = Заявления
nav-card = Моя карта
nav-settings = Настройки
language = Язык
settings-parts = Разделы настроек
settings-general = Общее
settings-security = Безопасность
settings-connection = Связь
settings-data = Данные
settings-program = Программа
appearance = Вид
theme = Цвета
theme-system = Как в системе
theme-light = Светлые
theme-dark = Тёмные
text-size = Размер текста
percent = { NUMBER($size) } %
again = Повторить
details = Подробности
cancel = Отменить
yes = да
no = нет
unexpected = Произошло то, чего программа не ожидала.
unexpected-remedy = Ничего не потеряно. Попробуйте ещё раз.
store-read-only = Сохранить ничего нельзя: диск или папка профиля доступны только для чтения. Всё, что есть, можно читать.
offline-banner = Портал недоступен. Сохранённые заявления можно читать, а черновики — заполнять.
demo-banner = Демонстрация: портал и карта учебные, в органы ничего не уходит. PIN карты — 123456.
demo-prompt = Демонстрация: в органы ничего не уходит.
state-looking = Ищем считыватель…
state-no-service = Служба карт не работает
state-other-version = Версии службы карт различаются
state-denied = Нет доступа к картам
state-no-reader = Считывателя нет
state-no-card = Карты нет
state-mute = Карта не отвечает
state-in-use = Карта занята
state-other = Не ID-карта
state-ready = ID-карта на месте
guide-looking = Ищем считыватель и карту…
guide-ready = ID-карта в считывателе. Всё готово.
guide-no-service = Служба смарт-карт не работает.
guide-no-service-linux = Запустите её одной командой в терминале:
guide-no-service-macos = Перезагрузите компьютер: macOS запускает службу сама.
guide-no-service-windows = В «Службах» запустите «Смарт-карта» (SCardSvr).
guide-other-version = Служба смарт-карт и библиотека этой программы разных версий.
guide-other-version-text = Обновите pcscd и эту программу и перезапустите компьютер. Если программа из Flatpak или Snap, лучше может подойти системный пакет.
guide-denied = Система не разрешает пользоваться картами.
guide-denied-text = Войдите в систему за этим компьютером, а не по сети, или попросите администратора разрешить доступ к pcscd.
guide-no-reader = Считыватель не найден.
guide-no-reader-text = Подключите считыватель к USB. Kabinet заметит его сам.
guide-no-card = Считыватель есть, карты в нём нет.
guide-no-card-text = Вставьте ID-карту или положите её на считыватель. Kabinet заметит её сам.
guide-mute = Карта не отвечает.
guide-mute-text = Возможно, она вставлена другой стороной. Достаньте её и поверните.
guide-side = Карту вставляйте чипом вверх и вперёд, на бесконтактный считыватель кладите плашмя. Пока огонёк мигает, не вынимайте её.
guide-in-use = Картой пользуется другая программа.
guide-in-use-text = Закройте её (часто это GnuPG или другой клиент подписи) и подождите.
guide-other = Это не ID-карта.
guide-other-text = Вставьте биометрическую ID-карту Республики Беларусь.
presence-absent = карты нет
presence-mute = карта не отвечает
presence-in_use = карта занята
presence-other = другая карта
presence-id_card = ID-карта
readers = Считыватели
choose-card = Какая карта
card-lead = Что видит компьютер и что говорит карта. До ввода PIN это безопасно: попытки не тратятся.
id-card = ID-карта
keys = Ключи
key-level = Ключ подписи (уровень { $level })
key-state-active = готов
key-state-deactivated = отключён
key-state-destroyed = уничтожен
key-awaits = ждёт сертификата
no-keys = На карте ещё нет ключей для подписи.
certificates = Сертификаты
no-certificates = На карте нет сертификатов для подписи. Получить сертификат можно на странице «Мой сертификат».
certificate-ended = истёк { $day }
certificate-until = действует до { $day }
certificate-issuer = Кем выдан
certificate-from = Действует с
certificate-number = Номер
certificate-key = Ключ
read-card-text = Чтобы увидеть владельца и сертификаты, понадобится PIN.
read-card = Прочитать карту
reading = Читаем…
read-document = Показать фото и напечатанное
read-document-lines = На карте нет CAN? Введите напечатанные строки
read-document-text = Фото и то, что напечатано на карте, открывает CAN — шесть цифр на ней. PIN не нужен.
document = Документ
photo-of = Фото: { $who }
document-number = Номер
document-personal-number = Идентификационный номер
document-born = Дата рождения
document-place = Место рождения
document-nationality = Гражданство
document-issued = Выдан
document-authority = Кем выдан
document-expires = Действителен до
document-genuine = Подлинный: подпись государства { $country } проверена
document-signer-unknown = Сведения целы, но сертификат государства { $country } здесь неизвестен, поэтому проверить, кто их подписал, нельзя
document-broken = Сведения изменены после подписи: верить им нельзя
document-original = Чип доказал, что он не копия
photo-none = Фото на карте нет, или его нельзя показать
pin-usable = PIN работает
pin-suspended = PIN приостановлен
pin-suspended-text = Осталась одна попытка. Карта бережёт её, пока не получит CAN — шесть цифр, напечатанных на ней.
pin-blocked = PIN заблокирован
pin-blocked-text = Разблокирует его PUK — десять цифр из конверта, полученного вместе с картой.
pin-deactivated = PIN отключён
pin-deactivated-text = Включит его PUK — десять цифр из конверта, полученного вместе с картой.
pin-last-text = Верный PIN вернёт остальные попытки. Неверный заблокирует PIN, и тогда понадобится PUK.
change-pin = Сменить PIN
resume-pin = Ввести CAN
unblock-pin = Разблокировать и оставить прежний PIN
unblock-pin-new = Разблокировать и выбрать новый PIN
enable-pin = Включить PIN
pin-changed = PIN изменён.
pin-resumed = Карта снова принимает PIN.
pin-unblocked = PIN разблокирован.
pin-unblocked-new = PIN разблокирован, действует новый PIN.
pin-enabled = PIN включён.
step-waiting = Ждём вашего подтверждения…
step-portal = Связь с порталом…
step-pin = Карта проверяет PIN…
step-terminal = Карта проверяет портал…
step-reading = Сведения передаются порталу…
step-signing = Карта подписывает…
step-saving = Сохранение…
step-done = Готово
sign-in-title = Вход с ID-картой
sign-in-lead = Портал узнаёт вас по карте. Пароль не нужен.
sign-in-how-1 = Вставьте карту в считыватель.
sign-in-how-2 = В отдельном окне проверьте, кто и что просит, и введите PIN.
sign-in-how-3 = Не вынимайте карту несколько секунд.
sign-in-portal = Портал: { $portal }
sign-in-progress = Вход
sign-in-button = Войти с картой
signed-in-as = Вы вошли: { $name }
sign-in-first = Вы ещё не вошли
welcome-title = Добро пожаловать в Kabinet
welcome-lead = Подавайте заявления в органы с ID-картой и заполняйте их даже без сети.
welcome-note = Kabinet не хранит PIN и никуда его не отправляет.
no-portal = Портал не задан
no-portal-text = Введите его адрес в разделе «Настройки».
locked-title = Kabinet заперт
locked-lead = Ваши заявления сохранены здесь в зашифрованном виде. Их отпирает парольная фраза.
locked-lead-key = Ваши заявления сохранены здесь в зашифрованном виде. Чтобы снова их увидеть, нажмите «Отпереть».
damaged-title = Хранилище повреждено
unlock = Отпереть
hello = Здравствуйте, { $name }
new-application = Новое заявление
drafts = Черновики
drafts-empty = Черновиков нет. Начатое заявление сохраняется здесь само, после каждого изменения.
draft-complete = готов к подписи
draft-open = ещё заполняется
outbox = Ждёт отправки
outbox-waiting = Подписано и сохранено. Отправится, когда появится связь.
outbox-leaving = Подписано и сохранено. Отправляется.
outbox-next = Следующая попытка: { $at }
send-now = Отправить сейчас
take-back = Забрать обратно
taken-back = Заявление снова черновик.
signed-at = Подписано { $at }
applications = Заявления
applications-empty = Заявлений ещё нет
applications-empty-text = Здесь будут черновики, подписанное, что ждёт связи, и поданное с ответами органов.
applications-sent = Поданные
row-coming = Читается…
nothing-yet = Начните с поиска
nothing-yet-text = Напишите обычными словами, что вам нужно: «справка о месте жительства». Заполнять можно и без сети, подписываете картой в конце.
find-procedure = Найти процедуру
registered-as = № { $number }
registration-number = Регистрационный номер
submitted = Подано
deadline = Орган ответит до
procedure-number = Номер процедуры
history = Что произошло
status-registered = зарегистрировано
status-accepted = принято к рассмотрению
status-documentsRequested = запрошены документы
status-approved = удовлетворено
status-refused = отказано
status-withdrawn = отозвано
status-note-before = заявление / ваше заявление / по заявлению / по вашему заявлению
affairs-lead = Черновики, подписанное и то, что уже на портале.
sync = Обновить
syncing = Обновляем…
announce-registered = Зарегистрировано под номером { $number }
services-lead = Административные процедуры. Поиск работает без сети.
search = Поиск: слово или номер
catalog-empty = Каталога ещё нет
catalog-empty-text = Он придёт с портала при первой связи. После этого искать можно и без сети.
search-none-text = Напишите проще или короче либо введите номер процедуры.
search-all = Показать весь каталог
authority = Орган
cost = Плата
term = Срок
evidence = Что нужно
legal-basis = Основание
fill-in = Заполнить заявление
continue-draft = Продолжить черновик
steps = Шаги
step-of = Шаг { $number } из { $count }
review = Проверка
saved = Сохранено
saving = Сохраняем…
not-saved = Не сохранено
optional = необязательно
choose = Выберите…
regions = Брестская область, Витебская область, Гомельская область, Гродненская область, Могилёвская область, Минская область
day-pick = Календарь: { $field }
month-before = Предыдущий месяц
month-after = Следующий месяц
month = Месяц
year = Год
choices-show = Показать варианты
choices-none = Ничего не найдено
choices-found = { $count ->
    [one] Найден { $count } вариант
    [few] Найдены { $count } варианта
    [many] Найдено { $count } вариантов
   *[other] Найдено вариантов: { $count }
}
from-card = С вашей карты.
previous = Назад
next = Далее
to-review = Проверить
delete-draft = Удалить черновик
draft-deleted = Черновик удалён.
sign-title = Подпись и отправка
sign-text = В отдельном окне вы ещё раз увидите, что именно подписывается, и введёте PIN. Без сети заявление подождёт и отправится само.
sign-progress = Подпись
sign-and-send = Подписать и отправить
portal = Портал
portal-note = Он начинается с https://. Его сообщит орган, которому принадлежит портал.
portal-show = Показать его сертификат
portal-good = Сертификат правильный: ваша система доверяет тому, кто его выдал.
portal-no-certificate = Портал на этом компьютере и сертификата не предъявляет.
portal-subject = Сертификат
portal-issuer = Выдал
portal-from = Действует с
portal-until = Действует до
portal-fingerprint = SHA-256
session = Сеанс
sign-out = Выйти
sign-out-note = Сохранённое останется на этом компьютере, зашифрованное.
sign-out-everywhere = Выйти на всех компьютерах
sign-out-everywhere-note = Если компьютер потерян или им пользуются другие: ваши сеансы закончатся и там. Сохранённое на нём останется там, зашифрованное.
signed-out-everywhere = Вы вышли на всех компьютерах.
prompt-title = Kabinet: подтвердите
prompt-sign-in = { $who } просит вас войти
prompt-shares = Карта передаст
prompt-optional = Это можно не передавать, если снять отметку:
prompt-required = А это — всегда:
prompt-sign = Вы подписываете заявление
prompt-recipient = Кому: { $who }
prompt-signer = Кто подписывает: { $who }
prompt-hash = Отпечаток того, что подписывается (belt-hash)
prompt-read = Прочитать карту
prompt-read-text = Будут показаны владелец и сертификаты. Ничего не отправляется.
prompt-read_document = Введите CAN
prompt-read_document-text = Шесть цифр, напечатанных на карте. Будут показаны фото и напечатанные сведения; ничего не отправляется. Ошибка в CAN ничем не грозит.
prompt-read_document_lines = Введите напечатанные строки
prompt-read_document_lines-text = Две верхние строки из тех, что напечатаны на обороте карты для машин; последние знаки «<» можно не писать. Будут показаны фото и напечатанные сведения; ничего не отправляется, ошибка ничем не грозит.
prompt-change_pin = Смена PIN
prompt-change_pin-text = Сначала нынешний PIN, потом новый. Пока вы его не выберете, ничего не меняется.
prompt-new_pin = Выберите новый PIN
prompt-new_pin-text = Шесть цифр, которые не угадать: не день рождения и не цифры подряд.
prompt-resume_pin = Введите CAN
prompt-resume_pin-text = Он напечатан на карте. Ошибка в CAN ничем не грозит и ничего не заблокирует.
prompt-unblock_pin = Разблокировать PIN
prompt-unblock_pin-text = PUK лежит в конверте, полученном вместе с картой. Если десять раз ввести неверный PUK, PIN останется заблокированным навсегда.
prompt-enable_pin = Включить PIN
prompt-enable_pin-text = PUK лежит в конверте, полученном вместе с картой.
prompt-passphrase = Парольная фраза
prompt-passphrase-text = Она отпирает ваши сохранённые заявления.
prompt-passphrase-new = Придумайте парольную фразу
prompt-passphrase-new-text = На этом компьютере нет хранилища ключей, поэтому ваши заявления будут зашифрованы этой фразой. Не короче восьми знаков; восстановить её нельзя.
prompt-last-attempt = Осталась последняя попытка. Если вы не уверены, отмените: попытка сохранится. Неверный PIN заблокируется, и понадобится PUK из конверта.
prompt-do-sign = Подписать
prompt-do-withdraw = Отозвать заявление
prompt-do-share = Войти
prompt-do = Продолжить
prompt-more = Ниже есть ещё
prompt-known-by = Ваш узор, номер { $number }. Если он другой или его нет, ничего не вводите и отмените.
prompt-closes = В этом окне ничего не происходит, поэтому оно скоро закроется. Нажмите любую клавишу, чтобы оно осталось.
pin-label = PIN, шесть цифр
can-label = CAN, шесть цифр
mrz-label = Строки, напечатанные для машин
mrz-mistake-number = Проверьте номер документа: контрольная цифра не совпадает.
mrz-mistake-birth = Проверьте дату рождения: контрольная цифра не совпадает.
mrz-mistake-expiry = Проверьте срок действия: контрольная цифра не совпадает.
mrz-mistake-format = Такого знака там быть не может: сравните с картой.
puk-label = PUK, десять цифр
new-pin-label = Новый PIN, шесть цифр
new-pin-differs = Новый PIN введён по-разному.
passphrase-label = Парольная фраза
passphrase-again = Ещё раз
passphrase-differs = Фразы различаются.
terminal = Удостоверение портала
terminal-authority = Кем выдано
terminal-term = Действует
claim-serial_number = Номер карты
claim-issuing_state = Государство выдачи
claim-date_of_expiry = Срок действия карты
claim-given_name = Имя
claim-family_name = Фамилия
claim-middle_name = Отчество
claim-personal_number = Идентификационный номер
claim-date_of_birth = Дата рождения
claim-place_of_birth = Место рождения
claim-nationality = Гражданство
claim-sex = Пол
claim-optional_data = Дополнительные сведения
claim-written_signature = Изображение подписи
claim-date_of_issuance = Дата выдачи
claim-issuance_board = Орган выдачи
claim-place_of_residence = Место жительства
claim-district_id = Район
claim-phone_number = Телефон
claim-email_address = Электронная почта
claim-other = Другие сведения
attempts-left = { $count ->
    [one] Осталась { $count } попытка.
    [few] Осталось { $count } попытки.
   *[other] Осталось { $count } попыток.
}
found = { $count ->
    [one] Найдена { $count } процедура
    [few] Найдено { $count } процедуры
   *[other] Найдено { $count } процедур
}
procedures = { $count ->
    [one] { $count } процедура
    [few] { $count } процедуры
   *[other] { $count } процедур
}
chapter = Глава { $number } перечня
applied-before = Вы уже подавали заявление
incomplete = { $count ->
    [one] Осталось исправить { $count } поле
    [few] Осталось исправить { $count } поля
   *[other] Осталось исправить { $count } полей
}
card-data = С вашей карты
card-data-note = Это карта сообщила при входе, кроме сведений, которые идут в заявления. Хранится только здесь и на портале.
forget-me = Удалить мои данные
forget-me-note = Удаляет с этого компьютера ваше хранилище вместе с ключом. То, что есть на портале, остаётся там.
forget-me-button = Удалить мои данные с этого компьютера
forgotten = Ваших данных на этом компьютере больше нет.
prompt-forget = Удалить ваши данные с этого компьютера?
prompt-forget-text = Всё сохранённое здесь, вместе с черновиками и ключом, удаляется с этого компьютера навсегда. Отправленное есть на портале и вернётся после входа.
prompt-do-forget = Удалить данные
forget-drafts = Черновики, которые пропадут
forget-waiting = Подписанное и неотправленное, которое пропадёт
forget-letters = Письма, которые вы пишете
forget-requests = Сертификаты, которых вы ждёте и не получите
forget-none = Черновиков и неотправленного нет.
portal-address = Адрес портала
portal-choose = Пользоваться этим порталом
portal-chosen = Портал задан.
prompt-portal = Пользоваться этим порталом?
prompt-portal-text = Вы будете входить и отправлять заявления туда. Продолжайте, только если адрес сообщил государственный орган.
prompt-do-portal = Пользоваться

repair-store = Исправить
repair-running = Исправляем…
repaired-whole = Хранилище исправлено. Ничего не потеряно.
repaired-partly = Хранилище исправлено частично
repaired-partly-text = Спасено черновиков: { $drafts }, подписанных заявлений: { $waiting }. Отправленное вернётся с портала. Повреждённый файл сохранён: не удаляйте его, пока не обратитесь в службу поддержки.
repaired-nothing = Черновиков и подписанных заявлений спасти не удалось
repaired-nothing-text = В повреждённом хранилище не нашлось таких, которые ещё можно прочитать. Отправленное вернётся с портала. Повреждённый файл сохранён: не удаляйте его, пока не обратитесь в службу поддержки.
lock-now = Запереть сейчас
lock-title = Когда запирать Kabinet
lock-note = Запертый Kabinet ничего не показывает, пока его не отопрут. Черновики и то, что ждёт отправки, в безопасности.
lock-after = Когда окна никто не касается
lock-never = Никогда
lock-minutes = { $count ->
    [one] Через { $count } минуту
    [few] Через { $count } минуты
   *[other] Через { $count } минут
}
lock-with-card = Когда карту вынули
lock-with-screen = Когда экран заблокирован
store-title = Хранилище на этом компьютере
store-note = Всё ваше хранится здесь в зашифрованном виде. Проверка читает его целиком.
store-check = Проверить
store-damaged = Хранилище повреждено.
store-whole = Хранилище цело.
persons-title = Кто пользуется этим компьютером
persons-note = У каждого человека своё хранилище. Чтобы добавить кого-то, войдите с его картой.
person-current = открыто сейчас
person-locked = Человек с парольной фразой
person-use = Переключиться
card-of-other = Это карта другого человека: { $name }.
card-of-other-text = Открыть его хранилище? Нынешнее закроется, ничего не смешается.
card-of-other-switch = Открыть это хранилище
search-in-records = В ваших бумагах
search-draft = Черновик
search-waiting = Ждёт отправки
search-application = Заявление
search-message = Сообщение
search-found-by = Найдено по словам: { $words }
search-unknown = Эти слова нигде не встречаются: { $words }
draft-carried = форма изменилась
returned = Форма изменилась, поэтому подписанное заявление снова черновик. Проверьте и подпишите его заново.
carried-title = Форма изменилась
carried-text = Орган выпустил новую форму (версия { $to }), а вы заполняли версию { $from }. Ничего не потеряно.
carried-signed = Заявление было подписано для прежней формы и не отправлено. Проверьте его и подпишите заново.
carried-kept = Всё, что вы ввели, осталось на месте.
carried-renamed = Перенесено в новые поля
carried-required = Теперь нужно заполнить
carried-aside = Отложено: в новой форме для этого нет места
carried-gone = такого поля больше нет
carried-unfit = новая форма этого не принимает
carried-replaced = поле заняло другое значение
carried-seen = Просмотрено
carried-seen-aside = Просмотрено, отложенное можно убрать
outdated-title = Есть новая форма
outdated-text = Пока вы заполняли, форма изменилась. Введённое перейдёт в новую, а что не перейдёт, вы увидите.
outdated-go = Перейти к новой форме
files = Файлы
files-drop = Перетащите файлы сюда или выберите их:
files-choose = Выбрать файлы
files-limits = PDF, JPEG, PNG, TIFF или HEIC. Один файл — до 50 МБ, все вместе — до 100 МБ, не больше 20.
files-kinds = PDF, JPEG, PNG, TIFF или HEIC.
files-limit-size = Один файл — до { $size }.
files-limit-count = { $count ->
    [one] Не больше { $count } файла.
   *[other] Не больше { $count } файлов.
}
file-facts = { $kind }, { $size }
file-coming = Ещё не пришёл с другого вашего компьютера
preview-show = Показать крупнее: { $name }
preview-of = Просмотр: { $name }
preview-none = Просмотра нет
file-remove = Убрать
file-remove-named = Убрать { $name }
file-added = Приложено: { $name }
file-taking = Добавляем { $name }…
undo = Отменить
undo-change = Отменить правку
redo-change = Повторить правку
undone = Отменено.
redone = Возвращено.
prompt-files = Приложенные файлы, которые подписываются вместе: { $count }
outbox-uploading = Файлы отправляются.
outbox-files = { $count ->
    [one] С файлом ({ $count }): { $names }
   *[other] С файлами ({ $count }): { $names }
}
upload-sent = { $sent } из { $total }
upload-rate = { $rate } в секунду
upload-left = осталось { $left }
upload-taking = Портал принимает файлы…
pause = Приостановить
resume = Продолжить
validity = Действует
clear = Очистить
from-earlier-application = Из вашего заявления от { $day }
from-earlier-draft = Из вашего черновика от { $day }
folded = Записано латинскими буквами, как в документах.
hint-date = Например, 03.05.2026
hint-phone = Например, 80 29 555 01 23 или +375 29 555 01 23
hint-money = Рубли и копейки, например 120,50
hint-personal-number = 14 знаков, как на карте или в паспорте
hint-document-number = Две буквы и семь цифр, например MP1234567
up = Выше
down = Ниже
remove = Убрать
entry-add = Добавить: { $entry }
entry-remove = Убрать: { $entry }
entry-up = Поднять: { $entry }
entry-down = Опустить: { $entry }
entry-added = Добавлено: { $entry }
entry-removed = Убрано: { $entry }
entry-moved = { $entry } { $from } теперь { $to }
entry-most = Не больше чем: { $count }
file-gone = файл, которого больше нет
step-complete = заполнен
step-open = исправить: { $count }
mistakes = Прежде чем идти дальше, исправьте
go-on-anyway = Идти дальше и вернуться позже
change = Изменить
change-step = Изменить: { $step }
nothing-filled = Здесь ничего не заполнено.
share-drafts = Мои черновики есть и на других моих компьютерах
share-drafts-note = Тогда портал хранит и то, что вы ещё не отправили, чтобы вы могли продолжить на другом компьютере. Если выключить, черновики будут удалены с портала, а на каждом компьютере останется то, что там есть.
share-ending = Черновики будут удалены с портала, как только с ним будет связь.
share-ended = Черновики больше не переходят между вашими компьютерами: это выключено на другом из них. На портале их уже нет, а здесь всё осталось.
conflicts = Изменено на двух компьютерах
conflicts-text = Эти поля вы изменили здесь и на другом компьютере. Ничего не потеряно: выберите, что оставить.
conflict-take = Оставить: { $value }
conflict-now = так в черновике сейчас
conflict-empty = пустое поле
conflict-decided = Выбрано: { $field }
parted-registered = Этот черновик вы уже отправили с другого компьютера
parted-deleted = Этот черновик вы удалили на другом компьютере
parted-text = Здесь было написано то, чего на том компьютере не было. Оно сохранено в этом новом черновике; если он не нужен, удалите его.
understood = Понятно
messages = Сообщения
messages-empty = Сообщений ещё нет. Орган напишет сюда, если что-то понадобится.
from-you = Вы
reply = Ответить
reply-title = Ответ органу
reply-label = Ваш ответ
reply-text = Ответ вы подпишете картой. Без связи он подождёт и отправится сам.
answered = Ответ дан
answer-due = Ответить нужно до { $at }
letter-sent = Подписано и доставлено.
letter-dropped = Письмо не будет отправлено. Написанное сохранено: откройте ответ или отзыв снова, чтобы продолжить.
letter-later = Закончить позже
letter-discard = Удалить написанное
letter-discarded = Написанное удалено.
withdraw = Отозвать заявление
withdraw-title = Отзыв заявления
withdraw-text = Орган прекратит рассмотрение. Отзыв вы подпишете картой, вернуть его нельзя.
withdraw-reason = Причина (необязательно)
withdrawal = Отзыв заявления
outbox-reply = Ответ: { $title }
outbox-withdrawal = Отзыв: { $title }
documents = Документы
open-document = Открыть, чтобы прочитать или напечатать
document-opened = Документ открыт в программе просмотра.
save-document = Сохранить в «Загрузки»
document-saved = Сохранено с подписью рядом:
due-soon = Ответьте не позднее { $at }
due-over = Вы должны были ответить до { $at }
prompt-sign-reply = Вы подписываете ответ
prompt-sign-withdrawal = Вы отзываете заявление
prompt-withdrawal-text = Вернуть отзыв нельзя: орган прекратит рассмотрение этого заявления.

paper = На бумаге
paper-note = Страницы со всем, что подписано, и с кодами, по которым любая копия Kabinet проверит подпись.
paper-save = Сохранить PDF в «Загрузки»
paper-print = Открыть для печати
paper-saved = Сохранено:
paper-opened = Страницы открыты в программе просмотра.

notices = Уведомления на рабочем столе
notices-note = О каждом сообщении органа, решении, близком сроке и том, что ждёт вас, сообщается один раз, даже когда вы не смотрите в это окно. Уведомление может прочесть любой, кто видит экран.
notices-on = Сообщать мне
notices-details = Показывать не только название процедуры: регистрационный номер, кто пишет и о чём

retention = Сколько хранить
retention-note = Завершённые заявления с сообщениями, документами и файлами могут через несколько лет удаляться с этого компьютера. Черновики, то, что ждёт отправки, и то, по чему нет решения, остаются всегда. На портале ничего не меняется.
retention-all = Хранить всё
retention-years = { $count ->
    [one] { $count } год после завершения
    [few] { $count } года после завершения
   *[other] { $count } лет после завершения
}
retention-question = Убрать с этого компьютера?
retention-applications = { $count ->
    [one] { $count } заявление
    [few] { $count } заявления
   *[other] { $count } заявлений
}
retention-messages = { $count ->
    [one] { $count } сообщение
    [few] { $count } сообщения
   *[other] { $count } сообщений
}
retention-documents = { $count ->
    [one] { $count } документ
    [few] { $count } документа
   *[other] { $count } документов
}
retention-export = Если вам нужна собственная копия, сначала сохраните все свои данные.
retention-confirm = Убрать
retention-cancel = Оставить как есть
retention-set = Срок хранения изменён.
retention-soon = В ближайшие 30 дней будут удалены с этого компьютера:
retention-away = { $count ->
    [one] { $count } заявление удалено с этого компьютера и есть только на портале. Оно вернётся, если выбрать более долгий срок.
    [few] { $count } заявления удалены с этого компьютера и есть только на портале. Они вернутся, если выбрать более долгий срок.
   *[other] { $count } заявлений удалено с этого компьютера и есть только на портале. Они вернутся, если выбрать более долгий срок.
}

export = Все мои данные
export-note = Всё, что этот компьютер хранит о вас, в одном файле: черновики, заявления с подписями, сообщения, документы. Файл не зашифрован, берегите его.
export-button = Сохранить все мои данные
export-done = Сохранено:
prompt-decrypt = Расшифровать этот файл?
prompt-decrypt-text = Файл откроет ключ подписи вашей карты. Содержимое будет сохранено там, где сказано в окне, и только для вас.
prompt-decrypt-for = Сертификатов получателей: { $count }
prompt-do-decrypt = Расшифровать
prompt-export = Сохранить все ваши данные в один файл?
prompt-export-text = Кто получит этот файл, сможет прочесть все ваши заявления, сообщения и документы. Он не зашифрован.
prompt-export-place = Будет сохранено как
prompt-do-export = Сохранить

proxy = Прокси
proxy-system = Как в системе
proxy-none = Без прокси
proxy-manual = Этот прокси
proxy-automatic = Как скажет сценарий (PAC)
proxy-note = Сценарий автоматической настройки (PAC), названный в настройках GNOME или macOS, тоже действует.
proxy-kind = Вид
proxy-kind-http = HTTP
proxy-kind-https = HTTP поверх TLS
proxy-kind-socks5 = SOCKS 5
proxy-host = Узел
proxy-port = Порт
proxy-user = Пользователь (необязательно)
proxy-password-note = Пароль спрашивается в отдельном окне и хранится в хранилище ключей системы или не хранится вовсе.
proxy-password-session = На этом компьютере нет хранилища ключей: пароль известен, пока работает программа.
proxy-script = Адрес сценария
proxy-script-note = Адрес знает администратор вашей сети: https:, http: или file:. Сценарий загружается без прокси и выполняется в отдельном процессе, которому в Linux больше ничего не доступно. Прокси, который требует пароль, укажите сами.
proxy-choose = Применить
proxy-chosen = Прокси задан.
proxy-password-label = Пароль прокси
prompt-proxy = Подключаться через этот прокси?
prompt-proxy-text = Он видит, каким порталом и когда вы пользуетесь, но не то, что вы отправляете. Продолжайте, только если этого требует ваша сеть.
prompt-proxy-user = Пользователь: { $user }
prompt-proxy_script = Пусть этот сценарий выбирает прокси?
prompt-proxy_script-text = Он решает, через какой прокси идут ваши подключения, и видит, к каким узлам они идут. Того, что вы отправляете порталу, прокси не видит. Продолжайте, только если этого требует ваша сеть.
prompt-do-proxy = Использовать
sent-title = Что вы отправили
sent-read = Показать ответы и файлы
sent-saved = Сохранено:

running = Когда окно закрыто
running-goes-on = Работать дальше без окна
running-goes-on-note = Подписанное отправляется, и вы узнаёте, что пишут органы. Значок Kabinet рядом с часами возвращает окно и завершает программу.
running-no-tray = На этом рабочем столе нет места для значка, который вернул бы окно, поэтому программа завершается, когда вы закрываете окно. Неотправленное ждёт, пока вы не откроете её снова.
running-with-system = Запускаться вместе с сеансом, без окна

updates = Новые версии
updates-version = Это Kabinet { $version }.
updates-by-system = Эта сборка ни у кого не спрашивает о новых версиях. Они приходят оттуда же, откуда пришла она, вместе с другими программами вашей системы.
updates-newest = Это самая новая версия. Проверено: { $asked }.
updates-found = Есть версия { $version }.
updates-published = Опубликована { $date }
updates-not-here = Она придёт с пакетами вашей системы: сам Kabinet их не меняет.
updates-coming = Загружается версия { $version }
updates-here = { $here }
updates-here-of = { $here } из { $all }
updates-installed = Версия { $version } установлена. Она заработает, когда вы снова запустите Kabinet; ничего вашего не потеряется.
updates-install = Установить
updates-restart = Перезапустить сейчас
updates-look = Проверить, есть ли новая версия
updates-daily = Спрашивать { $publisher } раз в день
updates-note = Устанавливается только то, что подписал издатель. Когда Kabinet спрашивает о версиях, о вас ничего не сообщается.

hand-over = Страница просит вашу карту
hand-over-lead = Страница { $portal } в вашем браузере хочет продолжить с вашей ID-картой. Вы увидите, о чём она просит, прежде чем согласиться.
hand-over-not-me = Если вы сейчас не нажимали кнопку на той странице, выберите «Не сейчас»: ссылку мог прислать кто-то другой.
hand-over-go = Показать, о чём она просит
hand-over-no = Не сейчас
hand-over-progress = Запрос страницы
hand-over-done = Готово. Вернитесь в браузер и продолжайте там.
prompt-sign-text = Подписать текст
prompt-sign-text-for = Страница { $portal } просит вашу подпись под этим текстом и получит её.
nav-help = Справка
help-here = Справка к этой странице
help-lead = Работает и без сети.
help-topics = Темы
help-print = Напечатать справку
check-title = Проверка компьютера
check-lead = Всё, что нужно для карты и портала, по очереди. Ни PIN, ни данных о вас здесь нет.
check-run = Проверить снова
check-running = Проверяем…
check-usable = Картой можно пользоваться.
check-unusable = Картой пока нельзя пользоваться: причина ниже.
check-fine = всё хорошо
check-service = Служба карт
check-reader = Считыватель
check-holders = Другие программы для карт
check-card = ID-карта
check-pin = PIN
check-trust = Доверенные центры сертификации
check-store = Хранилище
check-portal = Портал
report-save = Сохранить отчёт для поддержки
report-saved = Сохранено:
log-title = Что записала программа
log-lead = Для того, кто вам помогает. Записи остаются на этом компьютере, они на английском; имена, номера, места файлов и всё, что может быть вашим, закрашивается (█) до записи. Самые новые строки попадают в отчёт для службы поддержки.
log-empty = Пока ничего не записано.
log-clear = Очистить
log-cleared = Журнал очищен.
next-title = Что сделать дальше
next-none = Сейчас от вас ничего не нужно. Если орган напишет или приблизится срок, это появится здесь.
all-applications = Все заявления
next-due-over = Вы должны были ответить до { $at }
next-due-over-do = Ответить
next-due-soon = Ответьте не позднее { $at }
next-due-soon-do = Ответить
next-asked = Орган просит документы
next-asked-do = Посмотреть
next-refused = Портал не принял
next-refused-do = Посмотреть
next-carried = Форма изменилась: проверьте черновик
next-carried-do = Проверить
next-ending = Сертификат карты закончится { $ahead }
next-ending-do = Обновить
next-ended = Сертификат карты закончился { $ahead }
next-ended-do = Обновить
next-card-ending = Срок действия ID-карты закончится { $ahead }. Подайте заявление на новую заранее.
next-card-ending-do = Моя карта
next-card-ended = Срок действия ID-карты закончился { $ahead }. Нужна новая.
next-card-ended-do = Моя карта
next-sign-in = Войдите снова, чтобы была связь с порталом. Сохранённые заявления можно читать, а черновики — заполнять.
next-sign-in-do = Войти
next-ready = Черновик готов к подписи
next-ready-do = Подписать
next-update = Есть новая версия Kabinet
next-update-do = Показать
next-open = Черновик, последнее изменение: { $at }
next-open-do = Продолжить
tour-card = Считыватель и карта
tour-check = Проверить этот компьютер
tour-pin = PIN знает только карта
tour-pin-text = Его спрашивает только маленькое отдельное окно, в котором сказано, что произойдёт.
tour-sign-in = Войдите, потом можно и без сети
tour-sign-in-text = После первого входа каталог и ваши заявления хранятся на этом компьютере в зашифрованном виде.
status = Карта, портал, отправка
status-card-go = О карте
status-outbox-go = Посмотреть, что ждёт
status-synced = Обновлено: { $at }
portal-unset = Портал не задан
portal-unset-text = Введите его адрес в разделе «Настройки».
portal-offline = Нет связи с порталом
portal-offline-text = Сохранённые заявления можно читать, черновики — заполнять. Подписанное отправится само, когда связь появится.
portal-busy = Обновляем…
portal-busy-text = Сейчас получаем новое и отправляем подписанное.
portal-closed = Вы не вошли
portal-closed-text = Связь появится, когда вы войдёте или отопрёте Kabinet.
portal-session = Сеанс закончился
portal-session-text = Войдите снова, чтобы получать новое и отправлять подписанное. Сохранённое можно читать.
portal-online = Портал на связи
portal-online-text = Новое приходит само, подписанное отправляется сразу.
portal-failed = Связь не удалась
portal-failed-text = Последняя попытка связи оборвалась. Она повторится сама; сохранённое и подписанное никуда не денется.
portal-unknown = Связи ещё не было
portal-unknown-text = С тех пор как открыто это окно, связи не было.
outbox-none = Всё отправлено
outbox-empty-text = Ничего не ждёт отправки.
outbox-waiting-text = Подписано и сохранено. Отправится само, когда появится связь, и только один раз.
outbox-refused-text = Портал что-то не принял. Причина показана в ваших заявлениях.
palette-open = Команды и поиск
palette-hint = Что сделать или найти?
palette-none = Ничего не найдено. Попробуйте другие слова.
palette-theme = Цвета: { $theme }
keys-title = Клавиши
shortcut-palette = Команды и поиск
shortcut-new = Новое заявление
shortcut-search = Искать в каталоге
shortcut-sync = Обновить с портала
shortcut-lock = Запереть Kabinet
shortcut-help = Справка
shortcut-section = Раздел по номеру
shortcut-keys = Этот список
shortcut-undo = Отменить изменение в черновике
shortcut-redo = Повторить изменение в черновике
shortcut-close = Закрыть то, что открыто поверх
palette-short = Команды
close = Закрыть
status-waiting = Ждёт отправки: { NUMBER($count) }
prompt-digits = Только цифры: раскладка и Caps Lock не имеют значения.


# Файлы: подпись и проверка.
nav-files = Файлы
files-page = Файлы: подпись и шифрование
files-lead = Подпишите документ картой, проверьте чужую подпись, зашифруйте для выбранных людей или откройте зашифрованное для вас.
files-here = Перетащите файлы сюда или выберите их. Чтобы проверить подпись, которая лежит рядом с документом, добавьте оба файла.
file-kind-unknown = вид неизвестен
files-act = Что сделать
files-act-sign = Подписать
files-act-add = Добавить мою подпись к тем, что есть
files-act-check = Проверить подписи
files-where = Где будет документ
files-detached = Рядом с подписью.
files-detached-note = Документ остаётся как есть, подпись — второй файл (.p7s). Отправляйте оба.
files-attached = Внутри подписи.
files-attached-note = Один файл (.p7m), в котором и документ, и подпись.
files-added = Подпись добавляется к тем, что есть.
files-level = Как долго подпись можно будет проверить
files-level-b = Обычная подпись.
files-level-b-note = Действительна, пока действует ваш сертификат.
files-level-t = Подпись с отметкой времени.
files-level-t-note = Независимая служба доказывает, когда вы подписали: подпись действительна и после окончания сертификата, пока действует сертификат этой службы.
files-level-lt = Подпись на годы.
files-level-lt-note = С отметкой времени и всем, что нужно для проверки потом, без сети, пока действуют сертификаты тех, кто дал отметку и ответы.
files-place = Результаты идут в «Загрузки», а для файла, открытого из файлового менеджера, — рядом с ним. Ничего не перезаписывается.
files-do-sign = { $count ->
    [one] Подписать { $count } файл
    [few] Подписать { $count } файла одним PIN
   *[many] Подписать { $count } файлов одним PIN
}
files-do-check = Проверить
files-online = Спросить уполномоченные службы, не отозваны ли сертификаты.
files-online-note = Они узнают, о каком сертификате и когда вы спросили, но не увидят документа. Больше никого не спрашивают.
files-working = Выполняется…
file-working = { $name } ({ $number } из { $count })
files-results = Результат
files-signed = { $count ->
    [one] Подписан { $count } файл.
    [few] Подписано { $count } файла.
   *[many] Подписано { $count } файлов.
}
signed-not = { $name } не подписан.
signed-level-b = { $name } подписан.
signed-level-t = { $name } подписан, отметка времени доказывает, когда.
signed-level-lt = { $name } подписан на годы.
signed-place = Подпись здесь:
signed-waits = Подпись действительна. Отметка времени добавится сама, когда появится связь.
raising = Подписи, которые ждут связи
raising-note = Они уже действительны. Отметка времени и прочее, о чём вы просили, добавятся сами, как только службы ответят.
raising-now = Попробовать сейчас
raising-left = { $count ->
    [0] Больше ничего не ждёт.
    [one] Ждёт ещё { $count } подпись.
    [few] Ждут ещё { $count } подписи.
   *[many] Ждут ещё { $count } подписей.
}
checked-file = Проверен файл: { $name }
checked-beside = Проверен файл: { $name }, вместе с { $content }
certificate-holder = Владелец
checked-level = Уровень
checked-claimed = Время, названное подписавшим
checked-proven = Доказанное время
checked-chain = Сертификаты
checked-reason = Причина по стандарту
checked-nobody = Никого не спрашивали.
stamper = Адрес службы отметок времени
stamper-note = Она получает короткий отпечаток (хеш-значение), по которому документ не восстановить.
stamper-keep = Пользоваться этой службой
stamper-kept = Служба задана.
prompt-files-attached = Документы будут внутри подписей.
prompt-files-detached = Документы останутся как есть, подписи будут рядом с ними.
prompt-sign-files = { $count ->
    [one] Подписать { $count } файл?
    [few] Подписать эти { $count } файла?
   *[many] Подписать эти { $count } файлов?
}
prompt-time-stamping = Сменить службу отметок времени?
prompt-time-stamping-text = Отныне эта служба будет подтверждать, когда сделаны ваши подписи. Она получает короткий отпечаток (хеш-значение) каждой подписи.
prompt-time-stamping-none = Тогда отметки времени не ставит никто.
prompt-do-time-stamping = Пользоваться

# Ways to certificate and encryption.

files-act-encrypt = Зашифровать для выбранных людей
files-act-decrypt = Открыть зашифрованное
certificate-page = Мой сертификат
certificate-lead = Сертификат говорит другим, что ключ на карте — ваш. Без действительного сертификата ничего не подписать.
go-certificate = К сертификату
