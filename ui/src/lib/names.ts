import type { Language } from "../generated/Language";

/** The holder's name in the language of the interface, else in one that the card has. */
export function displayName(names: { [language in string]?: string }, language: Language): string {
  const order = language === "en" ? ["latin", "be", "ru"] : language === "ru" ? ["ru", "be", "latin"] : ["be", "ru", "latin"];
  for (const key of order) {
    const name = names[key]?.trim();
    if (name) return spoken(name);
  }
  return "";
}

/** The name to greet with: given name and patronymic, in English without it. A card has the surname first. */
export function givenName(names: { [language in string]?: string }, language: Language): string {
  const [surname, ...given] = displayName(names, language).split(/\s+/);
  return (language === "en" ? given[0] : given.join(" ")) || (surname ?? "");
}

/** A card has names in capitals; among other words they would shout. Other names stay as they are. */
function spoken(name: string): string {
  if (name !== name.toLocaleUpperCase()) return name;
  return name.toLocaleLowerCase().replace(/(^|[\s-])(\p{L})/gu, (_, before: string, letter: string) => before + letter.toLocaleUpperCase());
}
