class Announcer {
  text = $state("");
}

export const announcer = new Announcer();

/** Lets a screen reader say a sentence without moving the focus. */
export function announce(sentence: string): void {
  // An unchanged text would not be read a second time.
  announcer.text = "";
  requestAnimationFrame(() => {
    announcer.text = sentence;
  });
}
