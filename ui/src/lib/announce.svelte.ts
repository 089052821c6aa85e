class Announcer {
  text = $state("");
  /** Tells one announcement from the next, also of the same words. */
  turn = $state(0);
  /** What is also shown for some seconds, to whoever does not listen. */
  shown = $state("");
}

/** Milliseconds that a sentence is shown. */
const SHOWN = 8_000;
let showing: ReturnType<typeof setTimeout> | undefined;

export const announcer = new Announcer();

/** Lets a screen reader say a sentence without moving the focus. */
export function announce(sentence: string): void {
  announcer.text = sentence;
  announcer.turn += 1;
}

/** Says and shows what was done where nothing else on the page tells it. */
export function tell(sentence: string): void {
  announce(sentence);
  announcer.shown = sentence;
  clearTimeout(showing);
  showing = setTimeout(() => (announcer.shown = ""), SHOWN);
}
