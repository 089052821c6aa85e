# Словы заявы на паперы.

paper-lead = Заява з электронным лічбавым подпісам, раздрукаваная праграмай Kabinet. Подпіс — у кодах у канцы.
paper-procedure = Працэдура
paper-authority = Каму
paper-number = Рэгістрацыйны нумар
paper-not-sent = яшчэ не адпраўлена
paper-submitted = Пададзена
paper-status = Стан
paper-deadline = Орган адкажа да
paper-applicant = Заяўнік
paper-created = Складзена
paper-id = Ідэнтыфікатар
paper-answers = Што падпісана
paper-other-form = Пасля падпісання форма змянілася: некаторыя назвы палёў могуць быць новымі. Значэнні — дакладна тыя, што падпісаны.
paper-files = Прыкладзеныя файлы
paper-signature = Подпіс
paper-signer = Падпісаў(-ла)
paper-certificate = Нумар сертыфіката
paper-issuer = Кім выдадзены
paper-valid = Сертыфікат дзейнічае
paper-signed = Час падпісання па гадзінніку падпісанта
paper-hash = belt-hash падпісанага
paper-verdict = Праверана
paper-check = Як праверыць гэты дакумент
paper-check-whole = Адсканіруйце старонкі з кодамі ў PNG або сфатаграфуйце іх і запусціце «kabinet-cli paper verify» з гэтымі выявамі. Любая копія Kabinet праверыць подпіс і пакажа, што падпісана: параўнайце з тым, што надрукавана тут. Рэгістрацыйны нумар і стан не падпісаны — пра іх спытайце орган.
paper-check-hash = Адсканіруйце старонкі з кодамі ў PNG або сфатаграфуйце іх і запусціце «kabinet-cli paper verify» з гэтымі выявамі. Любая копія Kabinet праверыць, чый гэта подпіс. Сама заява занадта доўгая для кодаў: параўнайце яе belt-hash з указаным вышэй або перадайце падпісаны файл праз «--content». Рэгістрацыйны нумар і стан не падпісаны — пра іх спытайце орган.
paper-code = Код { $number } з { $count }
paper-says = У дакуменце
paper-no-content = У кодах няма самой заявы, толькі яе подпіс. Параўнайце belt-hash з надрукаваным або перадайце падпісаны файл праз --content.

# Старонка ў файле з усімі данымі чалавека.
export-title = Мае даныя з Kabinet
export-about = { $name }. Партал: { $portal }. Складзена { $made }.
export-signatures = Файлы .p7m і .p7s — подпісы; іх правярае «kabinet-cli verify». Файлы JSON апісаны ў export.schema.json.
export-care = Гэты файл не зашыфраваны. Захоўвайце яго там, дзе яго не прачытаюць іншыя.
export-drafts = Чарнавікі
export-letters = Лісты, якія пішуцца
export-letter = Ліст, які яшчэ не падпісаны
export-missing = Няма на гэтым камп’ютары
export-waiting = Падпісана, чакае адпраўкі
export-applications = Заявы
