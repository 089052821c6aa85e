import type { Language } from "../generated/Language";

/** The holder's name in the language of the interface, else in one that the card has. */
export function displayName(names: { [language in string]?: string }, language: Language): string {
  const order = language === "en" ? ["latin", "be", "ru"] : language === "ru" ? ["ru", "be", "latin"] : ["be", "ru", "latin"];
  for (const key of order) {
    const name = names[key]?.trim();
    if (name) return name;
  }
  return "";
}
