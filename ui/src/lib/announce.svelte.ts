class Announcer {
  text = $state("");
  /** Tells one announcement from the next, also of the same words. */
  turn = $state(0);
}

export const announcer = new Announcer();

/** Lets a screen reader say a sentence without moving the focus. */
export function announce(sentence: string): void {
  announcer.text = sentence;
  announcer.turn += 1;
}
