// What gets the focus by the keyboard comes into view: WebKit leaves it where it is when the arrow keys
// go from one choice to the next. It stays in view when something comes in before it, or what scrolls
// gets smaller, as by a note under a field or the bar that tells of no network. Whoever scrolled away from
// it is left where they are, and so is whoever points instead of pressing keys.

/** Keeps it from now on in what scrolls. */
export function keepInView(scroller: HTMLElement): void {
  /** Where it was scrolled to, and whether what has the focus was in view there. */
  let at = 0;
  let seen = false;
  /** Whether the person has pointed since the last key: then nothing may move under the pointer. */
  let pointed = false;

  function look(): void {
    at = scroller.scrollTop;
    const focused = reached(scroller, pointed);
    seen = focused !== null && isSeen(focused, scroller);
  }

  function show(): void {
    const focused = reached(scroller, pointed);
    if (focused && !isSeen(focused, scroller)) focused.scrollIntoView({ block: "nearest" });
  }

  function came(): void {
    look();
    // After what the browser does by itself. A heading that stands in for something is no place to go to.
    requestAnimationFrame(() => {
      if ((reached(scroller, pointed)?.tabIndex ?? -1) >= 0) show();
      look();
    });
  }

  function changed(): void {
    // It was scrolled just now, and nobody heard of it yet.
    if (scroller.scrollTop === at && seen) show();
    look();
  }

  document.addEventListener("pointerdown", () => (pointed = true), { capture: true });
  document.addEventListener("keydown", () => (pointed = false), { capture: true });
  document.addEventListener("focusin", came);
  scroller.addEventListener("scroll", look, { passive: true });
  const watching = new ResizeObserver(changed);
  for (const one of [scroller, ...scroller.children]) watching.observe(one);
}

/** What has the focus in it by the keyboard: for WebKit the arrow keys among radio buttons are none. */
function reached(scroller: HTMLElement, pointed: boolean): HTMLElement | null {
  const focused = document.activeElement;
  if (!(focused instanceof HTMLElement) || focused === scroller || !scroller.contains(focused)) return null;
  const visible = focused.matches(":focus-visible") || (!pointed && focused.matches("[type='radio']"));
  return visible ? focused : null;
}

function isSeen(focused: HTMLElement, scroller: HTMLElement): boolean {
  const [box, frame] = [focused.getBoundingClientRect(), scroller.getBoundingClientRect()];
  // Half a pixel is nothing.
  return box.top >= frame.top - 1 && box.bottom <= frame.bottom + 1;
}
