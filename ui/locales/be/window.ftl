# Words of the window.

skip = Да зместу
nav = Раздзелы
nav-home = Галоўная
nav-services = Каталог
nav-affairs = Заявы
nav-card = Мая карта
nav-settings = Налады
language = Мова
settings-parts = Раздзелы налад
settings-general = Агульнае
settings-security = Бяспека
settings-connection = Сувязь
settings-data = Звесткі
settings-program = Праграма
appearance = Выгляд
theme = Колеры
theme-system = Як у сістэме
theme-light = Светлыя
theme-dark = Цёмныя
text-size = Памер тэксту
percent = { NUMBER($size) } %
again = Паўтарыць
details = Падрабязнасці
cancel = Скасаваць
yes = так
no = не
unexpected = Здарылася тое, чаго праграма не чакала.
unexpected-remedy = Нічога не страчана. Паспрабуйце яшчэ раз.
store-read-only = Захаваць нічога нельга: дыск або папка профілю даступныя толькі для чытання. Усё, што ёсць, можна чытаць.
offline-banner = Партал недаступны. Захаваныя заявы можна чытаць, а чарнавікі — запаўняць.
demo-banner = Дэманстрацыя: партал і карта вучэбныя, у органы нічога не ідзе. PIN карты — 123456.
demo-prompt = Дэманстрацыя: у органы нічога не ідзе.
state-looking = Шукаем рыдар…
state-no-service = Служба карт не працуе
state-other-version = Версіі службы карт розныя
state-denied = Няма доступу да карт
state-no-reader = Рыдара няма
state-no-card = Карты няма
state-mute = Карта не адказвае
state-in-use = Карта занятая
state-other = Не ID-карта
state-ready = ID-карта на месцы
guide-looking = Шукаем рыдар і карту…
guide-ready = ID-карта ў рыдары. Усё гатова.
guide-no-service = Служба смарт-карт не працуе.
guide-no-service-linux = Запусціце яе адной камандай у тэрмінале:
guide-no-service-macos = Перазагрузіце камп’ютар: macOS запускае службу сама.
guide-no-service-windows = У «Службах» запусціце «Смарт-карта» (SCardSvr).
guide-other-version = Служба смарт-карт і бібліятэка гэтай праграмы розных версій.
guide-other-version-text = Абнавіце pcscd і гэтую праграму і перазапусціце камп’ютар. Калі праграма з Flatpak або Snap, лепш можа пасаваць сістэмны пакет.
guide-denied = Сістэма не дазваляе карыстацца картамі.
guide-denied-text = Увайдзіце ў сістэму за гэтым камп’ютарам, а не па сетцы, або папрасіце адміністратара дазволіць доступ да pcscd.
guide-no-reader = Рыдар не знойдзены.
guide-no-reader-text = Падключыце рыдар да USB. Kabinet заўважыць яго сам.
guide-no-card = Рыдар ёсць, карты ў ім няма.
guide-no-card-text = Устаўце ID-карту або пакладзіце яе на рыдар. Kabinet заўважыць яе сам.
guide-mute = Карта не адказвае.
guide-mute-text = Магчыма, яна ўстаўлена іншым бокам. Дастаньце яе і павярніце.
guide-side = Карту ўстаўляйце чыпам уверх і наперад, на бескантактавы рыдар кладзіце плазам. Пакуль агеньчык міргае, не вымайце яе.
guide-in-use = Картай карыстаецца іншая праграма.
guide-in-use-text = Закрыйце яе (часта гэта GnuPG або іншы кліент подпісу) і пачакайце.
guide-other = Гэта не ID-карта.
guide-other-text = Устаўце біяметрычную ID-карту Рэспублікі Беларусь.
presence-absent = карты няма
presence-mute = карта не адказвае
presence-in_use = карта занятая
presence-other = іншая карта
presence-id_card = ID-карта
readers = Рыдары
choose-card = Якая карта
card-lead = Што бачыць камп’ютар і што кажа карта. Да ўводу PIN гэта бяспечна: спробы не марнуюцца.
id-card = ID-карта
keys = Ключы
key-level = Ключ подпісу (узровень { $level })
key-state-active = гатовы
key-state-deactivated = адключаны
key-state-destroyed = знішчаны
key-awaits = чакае сертыфіката
no-keys = На карце яшчэ няма ключоў для подпісу.
certificates = Сертыфікаты
no-certificates = На карце няма сертыфікатаў для подпісу. Атрымаць сертыфікат можна на старонцы «Мой сертыфікат».
certificate-ended = скончыўся { $day }
certificate-until = дзейнічае да { $day }
certificate-issuer = Кім выдадзены
certificate-from = Дзейнічае з
certificate-number = Нумар
certificate-key = Ключ
read-card-text = Каб убачыць уладальніка і сертыфікаты, спатрэбіцца PIN.
read-card = Прачытаць карту
reading = Чытаем…
read-document = Паказаць фота і надрукаванае
read-document-lines = На карце няма CAN? Увядзіце надрукаваныя радкі
read-document-text = Фота і тое, што надрукавана на карце, адкрывае CAN — шэсць лічбаў на ёй. PIN не патрэбны.
document = Дакумент
photo-of = Фота: { $who }
document-number = Нумар
document-personal-number = Ідэнтыфікацыйны нумар
document-born = Дата нараджэння
document-place = Месца нараджэння
document-nationality = Грамадзянства
document-issued = Выдадзены
document-authority = Кім выдадзены
document-expires = Сапраўдны да
document-genuine = Сапраўдны: подпіс дзяржавы { $country } правераны
document-signer-unknown = Звесткі цэлыя, але сертыфікат дзяржавы { $country } тут невядомы, таму праверыць, хто іх падпісаў, нельга
document-broken = Звесткі змененыя пасля подпісу: верыць ім нельга
document-original = Чып даказаў, што ён не копія
photo-none = Фота на карце няма або яго нельга паказаць
pin-usable = PIN працуе
pin-suspended = PIN прыпынены
pin-suspended-text = Засталася адна спроба. Карта беражэ яе, пакуль не атрымае CAN — шэсць лічбаў, надрукаваных на ёй.
pin-blocked = PIN заблакаваны
pin-blocked-text = Разблакуе яго PUK — дзесяць лічбаў з канверта, атрыманага разам з картай.
pin-deactivated = PIN адключаны
pin-deactivated-text = Уключыць яго PUK — дзесяць лічбаў з канверта, атрыманага разам з картай.
pin-last-text = Правільны PIN верне астатнія спробы. Няправільны заблакуе PIN, і тады спатрэбіцца PUK.
change-pin = Змяніць PIN
resume-pin = Увесці CAN
unblock-pin = Разблакаваць і пакінуць ранейшы PIN
unblock-pin-new = Разблакаваць і выбраць новы PIN
enable-pin = Уключыць PIN
pin-changed = PIN зменены.
pin-resumed = Карта зноў прымае PIN.
pin-unblocked = PIN разблакаваны.
pin-unblocked-new = PIN разблакаваны, дзейнічае новы PIN.
pin-enabled = PIN уключаны.
step-waiting = Чакаем вашага пацвярджэння…
step-portal = Сувязь з парталам…
step-pin = Карта правярае PIN…
step-terminal = Карта правярае партал…
step-reading = Звесткі перадаюцца парталу…
step-signing = Карта падпісвае…
step-saving = Захаванне…
step-done = Гатова
sign-in-title = Уваход з ID-картай
sign-in-lead = Партал пазнае вас па карце. Пароль не патрэбны.
sign-in-how-1 = Устаўце карту ў рыдар.
sign-in-how-2 = У асобным акне праверце, хто і што просіць, і ўвядзіце PIN.
sign-in-how-3 = Не вымайце карту некалькі секунд.
sign-in-portal = Партал: { $portal }
sign-in-progress = Уваход
sign-in-button = Увайсці з картай
signed-in-as = Вы ўвайшлі: { $name }
sign-in-first = Вы яшчэ не ўвайшлі
welcome-title = Вітаем у Kabinet
welcome-lead = Падавайце заявы ў органы з ID-картай і запаўняйце іх нават без сеткі.
welcome-note = Kabinet не захоўвае PIN і нікуды яго не адпраўляе.
no-portal = Партал не зададзены
no-portal-text = Увядзіце яго адрас у раздзеле «Налады».
locked-title = Kabinet замкнёны
locked-lead = Вашы заявы захаваныя тут у зашыфраваным выглядзе. Іх адмыкае парольная фраза.
locked-lead-key = Вашы заявы захаваныя тут у зашыфраваным выглядзе. Каб зноў іх убачыць, націсніце «Адамкнуць».
damaged-title = Сховішча пашкоджана
unlock = Адамкнуць
hello = Вітаем, { $name }
new-application = Новая заява
drafts = Чарнавікі
drafts-empty = Чарнавікоў няма. Пачатая заява захоўваецца тут сама, пасля кожнай змены.
draft-complete = гатовы да подпісу
draft-open = яшчэ запаўняецца
outbox = Чакае адпраўкі
outbox-waiting = Падпісана і захавана. Адправіцца, калі з’явіцца сувязь.
outbox-leaving = Падпісана і захавана. Адпраўляецца.
outbox-next = Наступная спроба: { $at }
send-now = Адправіць цяпер
take-back = Забраць назад
taken-back = Заява зноў чарнавік.
signed-at = Падпісана { $at }
applications = Заявы
applications-empty = Заяў яшчэ няма
applications-empty-text = Тут будуць чарнавікі, падпісанае, што чакае сувязі, і пададзенае з адказамі органаў.
applications-sent = Пададзеныя
row-coming = Чытаецца…
nothing-yet = Пачніце з пошуку
nothing-yet-text = Напішыце звычайнымі словамі, што вам трэба: «даведка аб месцы жыхарства». Запаўняць можна і без сеткі, падпісваеце картай у канцы.
find-procedure = Знайсці працэдуру
registered-as = № { $number }
registration-number = Рэгістрацыйны нумар
submitted = Пададзена
deadline = Орган адкажа да
procedure-number = Нумар працэдуры
history = Што адбылося
status-registered = зарэгістравана
status-accepted = прынята да разгляду
status-documentsRequested = запытаны дакументы
status-approved = задаволена
status-refused = адмоўлена
status-withdrawn = адклікана
status-note-before = заява / ваша заява / па заяве / па вашай заяве
affairs-lead = Чарнавікі, падпісанае і тое, што ўжо на партале.
sync = Абнавіць
syncing = Абнаўляем…
announce-registered = Зарэгістравана пад нумарам { $number }
services-lead = Адміністрацыйныя працэдуры. Пошук працуе без сеткі.
search = Пошук: слова або нумар
catalog-empty = Каталога яшчэ няма
catalog-empty-text = Ён прыйдзе з партала пры першай сувязі. Пасля гэтага шукаць можна і без сеткі.
search-none-text = Напішыце прасцей або карацей ці ўвядзіце нумар працэдуры.
search-all = Паказаць увесь каталог
authority = Орган
cost = Плата
term = Тэрмін
evidence = Што патрэбна
legal-basis = Падстава
fill-in = Запоўніць заяву
continue-draft = Працягнуць чарнавік
steps = Крокі
step-of = Крок { $number } з { $count }
review = Праверка
saved = Захавана
saving = Захоўваем…
not-saved = Не захавана
optional = неабавязкова
choose = Выберыце…
regions = Брэсцкая вобласць, Віцебская вобласць, Гомельская вобласць, Гродзенская вобласць, Магілёўская вобласць, Мінская вобласць
day-pick = Каляндар: { $field }
month-before = Папярэдні месяц
month-after = Наступны месяц
month = Месяц
year = Год
choices-show = Паказаць варыянты
choices-none = Нічога не знойдзена
choices-found = { $count ->
    [one] Знойдзены { $count } варыянт
    [few] Знойдзены { $count } варыянты
    [many] Знойдзена { $count } варыянтаў
   *[other] Знойдзена варыянтаў: { $count }
}
from-card = З вашай карты.
previous = Назад
next = Далей
to-review = Праверыць
delete-draft = Выдаліць чарнавік
draft-deleted = Чарнавік выдалены.
sign-title = Подпіс і адпраўка
sign-text = У асобным акне вы яшчэ раз убачыце, што менавіта падпісваецца, і ўвядзіце PIN. Без сеткі заява пачакае і адправіцца сама.
sign-progress = Подпіс
sign-and-send = Падпісаць і адправіць
portal = Партал
portal-note = Ён пачынаецца з https://. Яго паведаміць орган, якому належыць партал.
portal-show = Паказаць яго сертыфікат
portal-good = Сертыфікат правільны: ваша сістэма давярае таму, хто яго выдаў.
portal-no-certificate = Партал на гэтым камп’ютары і сертыфіката не паказвае.
portal-subject = Сертыфікат
portal-issuer = Выдаў
portal-from = Дзейнічае з
portal-until = Дзейнічае да
portal-fingerprint = SHA-256
session = Сеанс
sign-out = Выйсці
sign-out-note = Захаванае застанецца на гэтым камп’ютары, зашыфраванае.
sign-out-everywhere = Выйсці на ўсіх камп’ютарах
sign-out-everywhere-note = Калі камп’ютар згублены або ім карыстаюцца іншыя: вашы сеансы скончацца і там. Захаванае на ім застанецца там, зашыфраванае.
signed-out-everywhere = Вы выйшлі на ўсіх камп’ютарах.
prompt-title = Kabinet: пацвердзіце
prompt-sign-in = { $who } просіць вас увайсці
prompt-shares = Карта перадасць
prompt-optional = Гэта можна не перадаваць, калі зняць адзнаку:
prompt-required = А гэта — заўсёды:
prompt-sign = Вы падпісваеце заяву
prompt-recipient = Каму: { $who }
prompt-signer = Хто падпісвае: { $who }
prompt-hash = Адбітак таго, што падпісваецца (belt-hash)
prompt-read = Прачытаць карту
prompt-read-text = Будуць паказаны ўладальнік і сертыфікаты. Нічога не адпраўляецца.
prompt-read_document = Увядзіце CAN
prompt-read_document-text = Шэсць лічбаў, надрукаваных на карце. Будуць паказаны фота і надрукаваныя звесткі; нічога не адпраўляецца. Памылка ў CAN нічым не пагражае.
prompt-read_document_lines = Увядзіце надрукаваныя радкі
prompt-read_document_lines-text = Два верхнія радкі з тых, што надрукаваны на адвароце карты для машын; апошнія знакі «<» можна не пісаць. Будуць паказаны фота і надрукаваныя звесткі; нічога не адпраўляецца, памылка нічым не пагражае.
prompt-change_pin = Змена PIN
prompt-change_pin-text = Спачатку цяперашні PIN, потым новы. Пакуль вы яго не выберыце, нічога не мяняецца.
prompt-new_pin = Выберыце новы PIN
prompt-new_pin-text = Шэсць лічбаў, якія не адгадаць: не дзень нараджэння і не лічбы запар.
prompt-resume_pin = Увядзіце CAN
prompt-resume_pin-text = Ён надрукаваны на карце. Памылка ў CAN нічым не пагражае і нічога не заблакуе.
prompt-unblock_pin = Разблакаваць PIN
prompt-unblock_pin-text = PUK ляжыць у канверце, атрыманым разам з картай. Калі дзесяць разоў увесці няправільны PUK, PIN застанецца заблакаваным назаўсёды.
prompt-enable_pin = Уключыць PIN
prompt-enable_pin-text = PUK ляжыць у канверце, атрыманым разам з картай.
prompt-passphrase = Парольная фраза
prompt-passphrase-text = Яна адмыкае вашы захаваныя заявы.
prompt-passphrase-new = Прыдумайце парольную фразу
prompt-passphrase-new-text = На гэтым камп’ютары няма сховішча ключоў, таму вашы заявы будуць зашыфраваны гэтай фразай. Не карацей за восем знакаў; аднавіць яе нельга.
prompt-last-attempt = Засталася апошняя спроба. Калі вы не ўпэўненыя, скасуйце: спроба захаваецца. Няправільны PIN заблакуецца, і спатрэбіцца PUK з канверта.
prompt-do-sign = Падпісаць
prompt-do-withdraw = Адклікаць заяву
prompt-do-share = Увайсці
prompt-do = Працягнуць
prompt-more = Ніжэй ёсць яшчэ
prompt-known-by = Ваш узор, нумар { $number }. Калі ён іншы або яго няма, нічога не ўводзьце і скасуйце.
prompt-closes = У гэтым акне нічога не адбываецца, таму яно хутка закрыецца. Націсніце любую клавішу, каб яно засталося.
pin-label = PIN, шэсць лічбаў
can-label = CAN, шэсць лічбаў
mrz-label = Радкі, надрукаваныя для машын
mrz-mistake-number = Праверце нумар дакумента: кантрольная лічба не супадае.
mrz-mistake-birth = Праверце дату нараджэння: кантрольная лічба не супадае.
mrz-mistake-expiry = Праверце тэрмін дзеяння: кантрольная лічба не супадае.
mrz-mistake-format = Такога знака там быць не можа: параўнайце з картай.
puk-label = PUK, дзесяць лічбаў
new-pin-label = Новы PIN, шэсць лічбаў
new-pin-differs = Новы PIN уведзены па-рознаму.
passphrase-label = Парольная фраза
passphrase-again = Яшчэ раз
passphrase-differs = Фразы адрозніваюцца.
terminal = Пасведчанне партала
terminal-authority = Кім выдадзена
terminal-term = Дзейнічае
claim-serial_number = Нумар карты
claim-issuing_state = Дзяржава выдачы
claim-date_of_expiry = Тэрмін дзеяння карты
claim-given_name = Імя
claim-family_name = Прозвішча
claim-middle_name = Імя па бацьку
claim-personal_number = Ідэнтыфікацыйны нумар
claim-date_of_birth = Дата нараджэння
claim-place_of_birth = Месца нараджэння
claim-nationality = Грамадзянства
claim-sex = Пол
claim-optional_data = Дадатковыя звесткі
claim-written_signature = Выява подпісу
claim-date_of_issuance = Дата выдачы
claim-issuance_board = Орган выдачы
claim-place_of_residence = Месца жыхарства
claim-district_id = Раён
claim-phone_number = Тэлефон
claim-email_address = Электронная пошта
claim-other = Іншыя звесткі
attempts-left = { $count ->
    [one] Засталася { $count } спроба.
    [few] Засталося { $count } спробы.
   *[other] Засталося { $count } спроб.
}
found = { $count ->
    [one] Знойдзена { $count } працэдура
    [few] Знойдзена { $count } працэдуры
   *[other] Знойдзена { $count } працэдур
}
procedures = { $count ->
    [one] { $count } працэдура
    [few] { $count } працэдуры
   *[other] { $count } працэдур
}
chapter = Глава { $number } пераліку
applied-before = Вы ўжо падавалі заяву
incomplete = { $count ->
    [one] Засталося выправіць { $count } поле
    [few] Засталося выправіць { $count } палі
   *[other] Засталося выправіць { $count } палёў
}
card-data = З вашай карты
card-data-note = Гэта карта паведаміла пры ўваходзе, акрамя звестак, якія ідуць у заявы. Захоўваецца толькі тут і на партале.
forget-me = Выдаліць мае даныя
forget-me-note = Выдаляе з гэтага камп’ютара ваша сховішча разам з ключом. Тое, што ёсць на партале, застаецца там.
forget-me-button = Выдаліць мае даныя з гэтага камп’ютара
forgotten = Вашых даных на гэтым камп’ютары больш няма.
prompt-forget = Выдаліць вашы даныя з гэтага камп’ютара?
prompt-forget-text = Усё захаванае тут, разам з чарнавікамі і ключом, выдаляецца з гэтага камп’ютара назаўсёды. Адпраўленае ёсць на партале і вернецца пасля ўваходу.
prompt-do-forget = Выдаліць даныя
forget-drafts = Чарнавікі, якія прападуць
forget-waiting = Падпісанае і неадпраўленае, якое прападзе
forget-letters = Лісты, якія вы пішаце
forget-requests = Сертыфікаты, якіх вы чакаеце і не атрымаеце
forget-none = Чарнавікоў і неадпраўленага няма.
portal-address = Адрас партала
portal-choose = Карыстацца гэтым парталам
portal-chosen = Партал зададзены.
prompt-portal = Карыстацца гэтым парталам?
prompt-portal-text = Вы будзеце ўваходзіць і адпраўляць заявы туды. Працягвайце, толькі калі адрас паведаміў дзяржаўны орган.
prompt-do-portal = Карыстацца

repair-store = Выправіць
repair-running = Выпраўляем…
repaired-whole = Сховішча выпраўлена. Нічога не страчана.
repaired-partly = Сховішча выпраўлена часткова
repaired-partly-text = Уратавана чарнавікоў: { $drafts }, падпісаных заяў: { $waiting }. Адпраўленае вернецца з партала. Пашкоджаны файл захаваны: не выдаляйце яго, пакуль не звернецеся ў службу падтрымкі.
repaired-nothing = Чарнавікоў і падпісаных заяў уратаваць не ўдалося
repaired-nothing-text = У пашкоджаным сховішчы не знайшлося такіх, якія яшчэ можна прачытаць. Адпраўленае вернецца з партала. Пашкоджаны файл захаваны: не выдаляйце яго, пакуль не звернецеся ў службу падтрымкі.
lock-now = Замкнуць цяпер
lock-title = Калі замыкаць Kabinet
lock-note = Замкнёны Kabinet нічога не паказвае, пакуль яго не адамкнуць. Чарнавікі і тое, што чакае адпраўкі, у бяспецы.
lock-after = Калі акна ніхто не кранае
lock-never = Ніколі
lock-minutes = { $count ->
    [one] Праз { $count } хвіліну
    [few] Праз { $count } хвіліны
   *[other] Праз { $count } хвілін
}
lock-with-card = Калі карту вынялі
lock-with-screen = Калі экран заблакаваны
store-title = Сховішча на гэтым камп’ютары
store-note = Усё ваша захоўваецца тут у зашыфраваным выглядзе. Праверка чытае яго цалкам.
store-check = Праверыць
store-damaged = Сховішча пашкоджана.
store-whole = Сховішча цэлае.
persons-title = Хто карыстаецца гэтым камп’ютарам
persons-note = У кожнага чалавека сваё сховішча. Каб дадаць кагосьці, увайдзіце з яго картай.
person-current = адкрыта цяпер
person-locked = Чалавек з парольнай фразай
person-use = Пераключыцца
card-of-other = Гэта карта іншага чалавека: { $name }.
card-of-other-text = Адкрыць яго сховішча? Цяперашняе закрыецца, нічога не змяшаецца.
card-of-other-switch = Адкрыць гэтае сховішча
search-in-records = У вашых паперах
search-draft = Чарнавік
search-waiting = Чакае адпраўкі
search-application = Заява
search-message = Паведамленне
search-found-by = Знойдзена па словах: { $words }
search-unknown = Гэтыя словы нідзе не сустракаюцца: { $words }
draft-carried = форма змянілася
returned = Форма змянілася, таму падпісаная заява зноў чарнавік. Праверце і падпішыце яе нанова.
carried-title = Форма змянілася
carried-text = Орган выпусціў новую форму (версія { $to }), а вы запаўнялі версію { $from }. Нічога не страчана.
carried-signed = Заява была падпісана для ранейшай формы і не адпраўлена. Праверце яе і падпішыце нанова.
carried-kept = Усё, што вы ўвялі, засталося на месцы.
carried-renamed = Перанесена ў новыя палі
carried-required = Цяпер трэба запоўніць
carried-aside = Адкладзена: у новай форме для гэтага няма месца
carried-gone = такога поля больш няма
carried-unfit = новая форма гэтага не прымае
carried-replaced = поле заняло іншае значэнне
carried-seen = Прагледжана
carried-seen-aside = Прагледжана, адкладзенае можна прыбраць
outdated-title = Ёсць новая форма
outdated-text = Пакуль вы запаўнялі, форма змянілася. Уведзенае пяройдзе ў новую, а што не пяройдзе, вы ўбачыце.
outdated-go = Перайсці да новай формы
files = Файлы
files-drop = Перацягніце файлы сюды або выберыце іх:
files-choose = Выбраць файлы
files-limits = PDF, JPEG, PNG, TIFF або HEIC. Адзін файл — да 50 МБ, усе разам — да 100 МБ, не больш за 20.
files-kinds = PDF, JPEG, PNG, TIFF або HEIC.
files-limit-size = Адзін файл — да { $size }.
files-limit-count = { $count ->
    [one] Не больш за { $count } файл.
    [few] Не больш за { $count } файлы.
   *[other] Не больш за { $count } файлаў.
}
file-facts = { $kind }, { $size }
file-coming = Яшчэ не прыйшоў з іншага вашага камп’ютара
preview-show = Паказаць буйней: { $name }
preview-of = Прагляд: { $name }
preview-none = Прагляду няма
file-remove = Прыбраць
file-remove-named = Прыбраць { $name }
file-added = Прыкладзена: { $name }
file-taking = Дадаём { $name }…
undo = Адмяніць
undo-change = Адмяніць змену
redo-change = Паўтарыць змену
undone = Адменена.
redone = Вернута.
prompt-files = Прыкладзеныя файлы, якія падпісваюцца разам: { $count }
outbox-uploading = Файлы адпраўляюцца.
outbox-files = { $count ->
    [one] З файлам ({ $count }): { $names }
   *[other] З файламі ({ $count }): { $names }
}
upload-sent = { $sent } з { $total }
upload-rate = { $rate } за секунду
upload-left = засталося { $left }
upload-taking = Партал прымае файлы…
pause = Прыпыніць
resume = Працягнуць
validity = Дзейнічае
clear = Ачысціць
from-earlier-application = З вашай заявы ад { $day }
from-earlier-draft = З вашага чарнавіка ад { $day }
folded = Запісана лацінскімі літарамі, як у дакументах.
hint-date = Напрыклад, 03.05.2026
hint-phone = Напрыклад, 80 29 555 01 23 або +375 29 555 01 23
hint-money = Рублі і капейкі, напрыклад 120,50
hint-personal-number = 14 знакаў, як на карце або ў пашпарце
hint-document-number = Дзве літары і сем лічбаў, напрыклад MP1234567
up = Вышэй
down = Ніжэй
remove = Прыбраць
entry-add = Дадаць: { $entry }
entry-remove = Прыбраць: { $entry }
entry-up = Падняць: { $entry }
entry-down = Апусціць: { $entry }
entry-added = Дададзена: { $entry }
entry-removed = Прыбрана: { $entry }
entry-moved = { $entry } { $from } цяпер { $to }
entry-most = Не больш чым: { $count }
file-gone = файл, якога больш няма
step-complete = запоўнены
step-open = выправіць: { $count }
mistakes = Перш чым ісці далей, выпраўце
go-on-anyway = Ісці далей і вярнуцца пазней
change = Змяніць
change-step = Змяніць: { $step }
nothing-filled = Тут нічога не запоўнена.
share-drafts = Мае чарнавікі ёсць і на іншых маіх камп’ютарах
share-drafts-note = Тады партал захоўвае і тое, чаго вы яшчэ не адправілі, каб вы маглі працягнуць на іншым камп’ютары. Калі выключыць, чарнавікі будуць выдалены з партала, а на кожным камп’ютары застанецца тое, што там ёсць.
share-ending = Чарнавікі будуць выдалены з партала, як толькі з ім будзе сувязь.
share-ended = Чарнавікі больш не пераходзяць паміж вашымі камп’ютарамі: гэта выключана на іншым з іх. На партале іх ужо няма, а тут усё засталося.
conflicts = Зменена на двух камп’ютарах
conflicts-text = Гэтыя палі вы змянілі тут і на іншым камп’ютары. Нічога не страчана: выберыце, што пакінуць.
conflict-take = Пакінуць: { $value }
conflict-now = так у чарнавіку цяпер
conflict-empty = пустое поле
conflict-decided = Выбрана: { $field }
parted-registered = Гэты чарнавік вы ўжо адправілі з іншага камп’ютара
parted-deleted = Гэты чарнавік вы выдалілі на іншым камп’ютары
parted-text = Тут было напісана тое, чаго на тым камп’ютары не было. Яно захавана ў гэтым новым чарнавіку; калі ён не патрэбны, выдаліце яго.
understood = Зразумела
messages = Паведамленні
messages-empty = Паведамленняў яшчэ няма. Орган напіша сюды, калі нешта спатрэбіцца.
from-you = Вы
reply = Адказаць
reply-title = Адказ органу
reply-label = Ваш адказ
reply-text = Адказ вы падпішаце картай. Без сувязі ён пачакае і адправіцца сам.
answered = Адказ дадзены
answer-due = Адказаць трэба да { $at }
letter-sent = Падпісана і дастаўлена.
letter-dropped = Ліст не будзе адпраўлены. Напісанае захавана: адкрыйце адказ або адкліканне зноў, каб працягнуць.
letter-later = Скончыць пазней
letter-discard = Выдаліць напісанае
letter-discarded = Напісанае выдалена.
withdraw = Адклікаць заяву
withdraw-title = Адкліканне заявы
withdraw-text = Орган спыніць разгляд. Адкліканне вы падпішаце картай, вярнуць яго нельга.
withdraw-reason = Прычына (неабавязкова)
withdrawal = Адкліканне заявы
outbox-reply = Адказ: { $title }
outbox-withdrawal = Адкліканне: { $title }
documents = Дакументы
open-document = Адкрыць, каб прачытаць або надрукаваць
document-opened = Дакумент адкрыты ў праграме прагляду.
save-document = Захаваць у «Спампоўкі»
document-saved = Захавана з подпісам побач:
due-soon = Адкажыце не пазней за { $at }
due-over = Вы павінны былі адказаць да { $at }
prompt-sign-reply = Вы падпісваеце адказ
prompt-sign-withdrawal = Вы адклікаеце заяву
prompt-withdrawal-text = Вярнуць адкліканне нельга: орган спыніць разгляд гэтай заявы.

paper = На паперы
paper-note = Старонкі з усім, што падпісана, і з кодамі, па якіх любая копія Kabinet праверыць подпіс.
paper-save = Захаваць PDF у «Спампоўкі»
paper-print = Адкрыць для друку
paper-saved = Захавана:
paper-opened = Старонкі адкрыты ў праграме прагляду.

notices = Апавяшчэнні на працоўным стале
notices-note = Пра кожнае паведамленне органа, рашэнне, блізкі тэрмін і тое, што чакае вас, паведамляецца адзін раз, нават калі вы не глядзіце ў гэта акно. Апавяшчэнне можа прачытаць кожны, хто бачыць экран.
notices-on = Паведамляць мне
notices-details = Паказваць не толькі назву працэдуры: рэгістрацыйны нумар, хто піша і пра што

retention = Колькі захоўваць
retention-note = Завершаныя заявы з паведамленнямі, дакументамі і файламі могуць праз некалькі гадоў выдаляцца з гэтага камп’ютара. Чарнавікі, тое, што чакае адпраўкі, і тое, па чым няма рашэння, застаюцца заўсёды. На партале нічога не змяняецца.
retention-all = Захоўваць усё
retention-years = { $count ->
    [one] { $count } год пасля завяршэння
    [few] { $count } гады пасля завяршэння
   *[other] { $count } гадоў пасля завяршэння
}
retention-question = Прыбраць з гэтага камп’ютара?
retention-applications = { $count ->
    [one] { $count } заява
    [few] { $count } заявы
   *[other] { $count } заяў
}
retention-messages = { $count ->
    [one] { $count } паведамленне
    [few] { $count } паведамленні
   *[other] { $count } паведамленняў
}
retention-documents = { $count ->
    [one] { $count } дакумент
    [few] { $count } дакументы
   *[other] { $count } дакументаў
}
retention-export = Калі вам патрэбная ўласная копія, спачатку захавайце ўсе свае даныя.
retention-confirm = Прыбраць
retention-cancel = Пакінуць як ёсць
retention-set = Тэрмін захоўвання зменены.
retention-soon = У бліжэйшыя 30 дзён будуць выдалены з гэтага камп’ютара:
retention-away = { $count ->
    [one] { $count } заява выдалена з гэтага камп’ютара і ёсць толькі на партале. Яна вернецца, калі выбраць даўжэйшы тэрмін.
    [few] { $count } заявы выдалены з гэтага камп’ютара і ёсць толькі на партале. Яны вернуцца, калі выбраць даўжэйшы тэрмін.
   *[other] { $count } заяў выдалена з гэтага камп’ютара і ёсць толькі на партале. Яны вернуцца, калі выбраць даўжэйшы тэрмін.
}

export = Усе мае даныя
export-note = Усё, што гэты камп’ютар захоўвае пра вас, у адным файле: чарнавікі, заявы з подпісамі, паведамленні, дакументы. Файл не зашыфраваны, беражыце яго.
export-button = Захаваць усе мае даныя
export-done = Захавана:
prompt-decrypt = Расшыфраваць гэты файл?
prompt-decrypt-text = Файл адкрые ключ подпісу вашай карты. Змесціва будзе захавана там, дзе сказана ў акне, і толькі для вас.
prompt-decrypt-for = Сертыфікатаў атрымальнікаў: { $count }
prompt-do-decrypt = Расшыфраваць
prompt-export = Захаваць усе вашы даныя ў адзін файл?
prompt-export-text = Хто атрымае гэты файл, зможа прачытаць усе вашы заявы, паведамленні і дакументы. Ён не зашыфраваны.
prompt-export-place = Будзе захавана як
prompt-do-export = Захаваць

proxy = Проксі
proxy-system = Як у сістэме
proxy-none = Без проксі
proxy-manual = Гэты проксі
proxy-automatic = Як скажа сцэнарый (PAC)
proxy-note = Сцэнарый аўтаматычнай наладкі (PAC), які названы ў наладах GNOME або macOS, таксама дзейнічае.
proxy-kind = Від
proxy-kind-http = HTTP
proxy-kind-https = HTTP паверх TLS
proxy-kind-socks5 = SOCKS 5
proxy-host = Вузел
proxy-port = Порт
proxy-user = Карыстальнік (неабавязкова)
proxy-password-note = Пароль пытаецца ў асобным акне і захоўваецца ў сховішчы ключоў сістэмы або не захоўваецца зусім.
proxy-password-session = На гэтым камп’ютары няма сховішча ключоў: пароль вядомы, пакуль працуе праграма.
proxy-script = Адрас сцэнарыя
proxy-script-note = Адрас ведае адміністратар вашай сеткі: https:, http: або file:. Сцэнарый загружаецца без проксі і выконваецца ў асобным працэсе, якому ў Linux больш нічога не даступна. Проксі, які патрабуе пароль, пазначце самі.
proxy-choose = Прымяніць
proxy-chosen = Проксі зададзены.
proxy-password-label = Пароль проксі
prompt-proxy = Падключацца праз гэты проксі?
prompt-proxy-text = Ён бачыць, якім парталам і калі вы карыстаецеся, але не тое, што вы адпраўляеце. Працягвайце, толькі калі гэтага патрабуе ваша сетка.
prompt-proxy-user = Карыстальнік: { $user }
prompt-proxy_script = Няхай гэты сцэнарый выбірае проксі?
prompt-proxy_script-text = Ён вырашае, праз які проксі ідуць вашы падключэнні, і бачыць, да якіх вузлоў яны ідуць. Таго, што вы адпраўляеце парталу, проксі не бачыць. Працягвайце, толькі калі гэтага патрабуе ваша сетка.
prompt-do-proxy = Выкарыстоўваць
sent-title = Што вы адправілі
sent-read = Паказаць адказы і файлы
sent-saved = Захавана:

running = Калі акно закрыта
running-goes-on = Працаваць далей без акна
running-goes-on-note = Падпісанае адпраўляецца, і вы даведваецеся, што пішуць органы. Значок Kabinet побач з гадзіннікам вяртае акно і завяршае праграму.
running-no-tray = На гэтым працоўным стале няма месца для значка, які вярнуў бы акно, таму праграма завяршаецца, калі вы закрываеце акно. Неадпраўленае чакае, пакуль вы не адкрыеце яе зноў.
running-with-system = Запускацца разам з сеансам, без акна

updates = Новыя версіі
updates-version = Гэта Kabinet { $version }.
updates-by-system = Гэтая зборка ні ў кога не пытаецца пра новыя версіі. Яны прыходзяць адтуль жа, адкуль прыйшла яна, разам з іншымі праграмамі вашай сістэмы.
updates-newest = Гэта самая новая версія. Праверана: { $asked }.
updates-found = Ёсць версія { $version }.
updates-published = Апублікавана { $date }
updates-not-here = Яна прыйдзе з пакетамі вашай сістэмы: сам Kabinet іх не змяняе.
updates-coming = Загружаецца версія { $version }
updates-here = { $here }
updates-here-of = { $here } з { $all }
updates-installed = Версія { $version } усталявана. Яна запрацуе, калі вы зноў запусціце Kabinet; нічога вашага не страціцца.
updates-install = Усталяваць
updates-restart = Перазапусціць цяпер
updates-look = Праверыць, ці ёсць новая версія
updates-daily = Пытацца ў { $publisher } раз на дзень
updates-note = Усталёўваецца толькі тое, што падпісаў выдавец. Калі Kabinet пытаецца пра версіі, пра вас нічога не паведамляецца.

hand-over = Старонка просіць вашу карту
hand-over-lead = Старонка { $portal } у вашым браўзеры хоча працягнуць з вашай ID-картай. Вы ўбачыце, пра што яна просіць, перш чым пагадзіцца.
hand-over-not-me = Калі вы цяпер не націскалі кнопку на той старонцы, выберыце «Не цяпер»: спасылку мог даслаць нехта іншы.
hand-over-go = Паказаць, пра што яна просіць
hand-over-no = Не цяпер
hand-over-progress = Запыт старонкі
hand-over-done = Гатова. Вярніцеся ў браўзер і працягвайце там.
prompt-sign-text = Падпісаць тэкст
prompt-sign-text-for = Старонка { $portal } просіць ваш подпіс пад гэтым тэкстам і атрымае яго.
nav-help = Даведка
help-here = Даведка да гэтай старонкі
help-lead = Працуе і без сеткі.
help-topics = Тэмы
help-print = Друкаваць даведку
check-title = Праверка камп’ютара
check-lead = Усё, што патрэбна для карты і партала, па чарзе. Ні PIN, ні звестак пра вас тут няма.
check-run = Праверыць зноў
check-running = Правяраем…
check-usable = Картай можна карыстацца.
check-unusable = Картай пакуль нельга карыстацца: прычына ніжэй.
check-fine = усё добра
check-service = Служба карт
check-reader = Рыдар
check-holders = Іншыя праграмы для карт
check-card = ID-карта
check-pin = PIN
check-trust = Давераныя цэнтры сертыфікацыі
check-store = Сховішча
check-portal = Партал
report-save = Захаваць справаздачу для падтрымкі
report-saved = Захавана:
log-title = Што запісала праграма
log-lead = Для таго, хто вам дапамагае. Запісы застаюцца на гэтым камп’ютары, яны па-англійску; імёны, нумары, месцы файлаў і ўсё, што можа быць вашым, зафарбоўваецца (█) да запісу. Самыя новыя радкі трапляюць у справаздачу для службы падтрымкі.
log-empty = Пакуль нічога не запісана.
log-clear = Ачысціць
log-cleared = Журнал ачышчаны.
next-title = Што зрабіць далей
next-none = Цяпер ад вас нічога не трэба. Калі орган напіша або наблізіцца тэрмін, гэта з’явіцца тут.
all-applications = Усе заявы
next-due-over = Вы павінны былі адказаць да { $at }
next-due-over-do = Адказаць
next-due-soon = Адкажыце не пазней за { $at }
next-due-soon-do = Адказаць
next-asked = Орган просіць дакументы
next-asked-do = Паглядзець
next-refused = Партал не прыняў
next-refused-do = Паглядзець
next-carried = Форма змянілася: праверце чарнавік
next-carried-do = Праверыць
next-ending = Сертыфікат карты скончыцца { $ahead }
next-ending-do = Абнавіць
next-ended = Сертыфікат карты скончыўся { $ahead }
next-ended-do = Абнавіць
next-card-ending = Тэрмін дзеяння ID-карты скончыцца { $ahead }. Падайце заяву на новую загадзя.
next-card-ending-do = Мая карта
next-card-ended = Тэрмін дзеяння ID-карты скончыўся { $ahead }. Патрэбна новая.
next-card-ended-do = Мая карта
next-sign-in = Увайдзіце зноў, каб мець сувязь з парталам. Захаваныя заявы можна чытаць, а чарнавікі — запаўняць.
next-sign-in-do = Увайсці
next-ready = Чарнавік гатовы да подпісу
next-ready-do = Падпісаць
next-update = Ёсць новая версія Kabinet
next-update-do = Паказаць
next-open = Чарнавік, апошняя змена: { $at }
next-open-do = Працягнуць
tour-card = Рыдар і карта
tour-check = Праверыць гэты камп’ютар
tour-pin = PIN ведае толькі карта
tour-pin-text = Яго пытае толькі маленькае асобнае акно, у якім сказана, што адбудзецца.
tour-sign-in = Увайдзіце, потым можна і без сеткі
tour-sign-in-text = Пасля першага ўваходу каталог і вашы заявы захоўваюцца на гэтым камп’ютары ў зашыфраваным выглядзе.
status = Карта, партал, адпраўка
status-card-go = Пра карту
status-outbox-go = Паглядзець, што чакае
status-synced = Абноўлена: { $at }
portal-unset = Партал не зададзены
portal-unset-text = Увядзіце яго адрас у раздзеле «Налады».
portal-offline = Няма сувязі з парталам
portal-offline-text = Захаваныя заявы можна чытаць, чарнавікі — запаўняць. Падпісанае адправіцца само, калі сувязь з’явіцца.
portal-busy = Абнаўляем…
portal-busy-text = Цяпер атрымліваем новае і адпраўляем падпісанае.
portal-closed = Вы не ўвайшлі
portal-closed-text = Сувязь з’явіцца, калі вы ўвойдзеце або адамкняце Kabinet.
portal-session = Сеанс скончыўся
portal-session-text = Увайдзіце зноў, каб атрымліваць новае і адпраўляць падпісанае. Захаванае можна чытаць.
portal-online = Партал на сувязі
portal-online-text = Новае прыходзіць само, падпісанае адпраўляецца адразу.
portal-failed = Сувязь не ўдалася
portal-failed-text = Апошняя спроба сувязі абарвалася. Яна паўторыцца сама; захаванае і падпісанае нікуды не дзенецца.
portal-unknown = Сувязі яшчэ не было
portal-unknown-text = З таго часу, як адкрыта гэта акно, сувязі не было.
outbox-none = Усё адпраўлена
outbox-empty-text = Нічога не чакае адпраўкі.
outbox-waiting-text = Падпісана і захавана. Адправіцца само, калі з’явіцца сувязь, і толькі адзін раз.
outbox-refused-text = Партал нешта не прыняў. Прычына паказана ў вашых заявах.
palette-open = Каманды і пошук
palette-hint = Што зрабіць або знайсці?
palette-none = Нічога не знойдзена. Паспрабуйце іншыя словы.
palette-theme = Колеры: { $theme }
keys-title = Клавішы
shortcut-palette = Каманды і пошук
shortcut-new = Новая заява
shortcut-search = Шукаць у каталозе
shortcut-sync = Абнавіць з партала
shortcut-lock = Замкнуць Kabinet
shortcut-help = Даведка
shortcut-section = Раздзел паводле нумара
shortcut-keys = Гэты спіс
shortcut-undo = Адмяніць змену ў чарнавіку
shortcut-redo = Паўтарыць змену ў чарнавіку
shortcut-close = Закрыць тое, што адкрыта паверх
palette-short = Каманды
close = Закрыць
status-waiting = Чакае адпраўкі: { NUMBER($count) }
prompt-digits = Толькі лічбы: раскладка і Caps Lock не маюць значэння.


# Файлы: подпіс і праверка.
nav-files = Файлы
files-page = Файлы: подпіс і шыфраванне
files-lead = Падпішыце дакумент картай, праверце чужы подпіс, зашыфруйце для выбраных людзей або адкрыйце зашыфраванае для вас.
files-here = Перацягніце файлы сюды або выберыце іх. Каб праверыць подпіс, які ляжыць побач з дакументам, дадайце абодва файлы.
file-kind-unknown = від невядомы
files-act = Што зрабіць
files-act-sign = Падпісаць
files-act-add = Дадаць мой подпіс да тых, што ёсць
files-act-check = Праверыць подпісы
files-where = Дзе будзе дакумент
files-detached = Побач з подпісам.
files-detached-note = Дакумент застаецца як ёсць, подпіс — другі файл (.p7s). Дасылайце абодва.
files-attached = Унутры подпісу.
files-attached-note = Адзін файл (.p7m), у якім і дакумент, і подпіс.
files-added = Подпіс дадаецца да тых, што ёсць.
files-level = Як доўга подпіс можна будзе праверыць
files-level-b = Звычайны подпіс.
files-level-b-note = Сапраўдны, пакуль дзейнічае ваш сертыфікат.
files-level-t = Подпіс з адзнакай часу.
files-level-t-note = Незалежная служба даказвае, калі вы падпісалі: подпіс сапраўдны і пасля сканчэння сертыфіката, пакуль дзейнічае сертыфікат гэтай службы.
files-level-lt = Подпіс на гады.
files-level-lt-note = З адзнакай часу і ўсім, што патрэбна для праверкі потым, без сеткі, пакуль дзейнічаюць сертыфікаты тых, хто даў адзнаку і адказы.
files-place = Вынікі ідуць у «Спампоўкі», а для файла, адкрытага з файлавага менеджара, — побач з ім. Нічога не перазапісваецца.
files-do-sign = { $count ->
    [one] Падпісаць { $count } файл
    [few] Падпісаць { $count } файлы адным PIN
   *[many] Падпісаць { $count } файлаў адным PIN
}
files-do-check = Праверыць
files-online = Спытаць упаўнаважаныя службы, ці не адкліканы сертыфікаты.
files-online-note = Яны даведаюцца, пра які сертыфікат і калі вы спыталі, але не ўбачаць дакумента. Больш нікога не пытаюць.
files-working = Выконваецца…
file-working = { $name } ({ $number } з { $count })
files-results = Вынік
files-signed = { $count ->
    [one] Падпісаны { $count } файл.
    [few] Падпісаны { $count } файлы.
   *[many] Падпісана { $count } файлаў.
}
signed-not = { $name } не падпісаны.
signed-level-b = { $name } падпісаны.
signed-level-t = { $name } падпісаны, адзнака часу даказвае, калі.
signed-level-lt = { $name } падпісаны на гады.
signed-place = Подпіс тут:
signed-waits = Подпіс сапраўдны. Адзнака часу дадасца сама, калі з’явіцца сувязь.
raising = Подпісы, якія чакаюць сувязі
raising-note = Яны ўжо сапраўдныя. Адзнака часу і іншае, пра што вы прасілі, дададуцца самі, як толькі службы адкажуць.
raising-now = Паспрабаваць цяпер
raising-left = { $count ->
    [0] Больш нічога не чакае.
    [one] Чакае яшчэ { $count } подпіс.
    [few] Чакаюць яшчэ { $count } подпісы.
   *[many] Чакае яшчэ { $count } подпісаў.
}
checked-file = Правераны файл: { $name }
checked-beside = Правераны файл: { $name }, разам з { $content }
certificate-holder = Уладальнік
checked-level = Узровень
checked-claimed = Час, названы падпісантам
checked-proven = Даказаны час
checked-chain = Сертыфікаты
checked-reason = Прычына паводле стандарту
checked-nobody = Нікога не пыталі.
stamper = Адрас службы адзнак часу
stamper-note = Яна атрымлівае кароткі адбітак (хэш-значэнне), з якога дакумента не ўзнавіць.
stamper-keep = Карыстацца гэтай службай
stamper-kept = Служба зададзена.
prompt-files-attached = Дакументы будуць унутры подпісаў.
prompt-files-detached = Дакументы застануцца як ёсць, подпісы будуць побач з імі.
prompt-sign-files = { $count ->
    [one] Падпісаць { $count } файл?
    [few] Падпісаць гэтыя { $count } файлы?
   *[many] Падпісаць гэтыя { $count } файлаў?
}
prompt-time-stamping = Змяніць службу адзнак часу?
prompt-time-stamping-text = З гэтага часу гэтая служба будзе пацвярджаць, калі зроблены вашы подпісы. Яна атрымлівае кароткі адбітак (хэш-значэнне) кожнага подпісу.
prompt-time-stamping-none = Тады адзнакі часу не ставіць ніхто.
prompt-do-time-stamping = Карыстацца

# Ways to certificate and encryption.

files-act-encrypt = Зашыфраваць для выбраных людзей
files-act-decrypt = Адкрыць зашыфраванае
certificate-page = Мой сертыфікат
certificate-lead = Сертыфікат кажа іншым, што ключ на карце — ваш. Без сапраўднага сертыфіката нічога не падпісаць.
go-certificate = Да сертыфіката
