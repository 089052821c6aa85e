// What has the focus stays in view when something comes in before it, or what scrolls gets smaller, as by
// a note under a field or the bar that tells of no network. Whoever scrolled away from it is left where
// they are, and so is whoever points instead of pressing keys.

/** Keeps it from now on in what scrolls. */
export function keepInView(scroller: HTMLElement): void {
  /** Where it was scrolled to, and whether what has the focus was in view there. */
  let at = 0;
  let seen = false;

  function look(): void {
    at = scroller.scrollTop;
    seen = isSeen(scroller);
  }

  function changed(): void {
    // It was scrolled just now, and nobody heard of it yet.
    if (scroller.scrollTop === at && seen && !isSeen(scroller)) document.activeElement?.scrollIntoView({ block: "nearest" });
    look();
  }

  document.addEventListener("focusin", look);
  scroller.addEventListener("scroll", look, { passive: true });
  const watching = new ResizeObserver(changed);
  for (const one of [scroller, ...scroller.children]) watching.observe(one);
}

function isSeen(scroller: HTMLElement): boolean {
  const focused = document.activeElement;
  if (!focused?.matches(":focus-visible") || focused === scroller || !scroller.contains(focused)) return false;
  const [box, frame] = [focused.getBoundingClientRect(), scroller.getBoundingClientRect()];
  // Half a pixel is nothing.
  return box.top >= frame.top - 1 && box.bottom <= frame.bottom + 1;
}
