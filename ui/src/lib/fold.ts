/**
 * A text as it is compared: without case and apostrophes, with й, ё and ў like и, е and у, and with the Belarusian і and ґ like
 * и and г, so that what is spelt in the other language is found too (as in the catalogue, docs/search.md).
 */
export function fold(text: string): string {
  return text.toLowerCase().normalize("NFD").replace(/[\p{M}'’ʼ]/gu, "").replaceAll("і", "и").replaceAll("ґ", "г");
}

/** The words of a text as they are compared. */
export function wordsOf(text: string): string[] {
  return fold(text).split(/[^\p{L}\p{N}]+/u).filter(Boolean);
}
