// What the time line of an application says.
import { expect, test, vi } from "vitest";
import { noteOf } from "../src/affairs/status";
import { locale } from "../src/lib/i18n.svelte";

vi.hoisted(() => vi.stubGlobal("document", { documentElement: {} }));

const event = (status: string, be: string, ru: string, en: string) => ({ at: "", status, note: { be, ru, en } });

test("a note that only repeats the status is left out, one that says more is not", () => {
  const same = event("registered", "Заява зарэгістравана", "Заявление зарегистрировано", "The application is registered");
  const more = event("registered", "Зарэгістравана ў акне 5", "Зарегистрировано в окне 5", "Registered at window 5");
  const long = event("approved", "Вашу просьбу аб дапамозе задаволена", "Вашу просьбу о помощи удовлетворено", "What you asked for in May is approved");
  for (const language of ["be", "ru", "en"] as const) {
    locale.use(language);
    expect(noteOf(same)).toBe("");
    expect(noteOf(more)).toBe(more.note[language]);
    expect(noteOf(long)).toBe(long.note[language]);
    expect(noteOf({ at: "", status: "accepted", note: null })).toBe("");
  }
});

test("a word before the status that says more than it is kept", () => {
  const notes = [
    event("approved", "Заява часткова задаволена", "Заявление частично удовлетворено", "The application is partly approved"),
    event("refused", "У другой даведцы адмоўлена", "Во второй справке отказано", "The second certificate is refused"),
  ];
  for (const language of ["be", "ru", "en"] as const) {
    locale.use(language);
    for (const one of notes) expect(noteOf(one)).toBe(one.note[language]);
    expect(noteOf(event("approved", "Ваша заява задаволена.", "Ваше заявление удовлетворено.", "Your application is approved."))).toBe("");
    expect(noteOf(event("approved", "Задаволена", "Удовлетворено", "Approved"))).toBe("");
  }
});
