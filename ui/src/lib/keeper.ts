// The focus never falls out of the page. When what has it is out of use for a while, as a button whose
// act runs, a heading near it stands in for it until it can be used again; when it is taken away, for
// good. Who works by keyboard or hears the page would begin anew at its top otherwise.

/** How long something may be out of use before the focus goes elsewhere, in milliseconds. */
const SHORT = 300;
/** What is a part of a page with a heading of its own. */
const PARTS = "section, form, fieldset, article, [role='group'], [role='dialog'], main";
const HEADINGS = "h1, h2, h3, legend";
/** What takes the focus when it is pointed at. */
const TAKERS = "a, button, input, select, textarea, summary, label, [tabindex]";

/** Keeps it from now on. */
export function keepFocus(): void {
  /** What had the focus last, and what it was in, from the inside out. */
  let last: HTMLElement | null = null;
  let around: Element[] = [];
  /** What stands in for it. */
  let stand: HTMLElement | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let looking = false;

  document.addEventListener("focusin", ({ target }) => {
    clearTimeout(timer);
    timer = undefined;
    if (target === stand) return;
    [last, stand, around] = [target as HTMLElement, null, ancestors(target as Element)];
  });

  // Who points at nothing wants the focus nowhere.
  document.addEventListener("pointerdown", ({ target }) => {
    if (!(target as Element).closest(TAKERS)) last = stand = null;
  });

  new MutationObserver(() => {
    if (!last || looking || !(stand || isLost() || !isUsable(last))) return;
    looking = true;
    // The focus of what went out of use is lost only at the end of a frame.
    requestAnimationFrame(() => requestAnimationFrame(look));
  }).observe(document.body, { childList: true, subtree: true, attributes: true, attributeFilter: ["disabled"] });

  function look(): void {
    looking = false;
    if (!last) return;
    // Both may be gone, as when the area opens.
    if (stand && !stand.isConnected) stand = null;
    if (stand) {
      if (document.activeElement !== stand && !isLost()) stand = null;
      else if (isUsable(last)) last.focus();
      return;
    }
    if (!isLost()) return;
    if (isUsable(last)) last.focus();
    else if (!last.isConnected) lend();
    else timer ??= setTimeout(lend, SHORT);
  }

  function lend(): void {
    timer = undefined;
    if (!last || !isLost()) return;
    if (isUsable(last)) return last.focus();
    stand = nearby(around) ?? null;
    if (!stand) return;
    if (!stand.hasAttribute("tabindex")) stand.tabIndex = -1;
    stand.focus({ preventScroll: true });
    if (!last.isConnected) last = null;
  }
}

function isLost(): boolean {
  return document.activeElement === null || document.activeElement === document.body;
}

function isUsable(element: HTMLElement): boolean {
  return element.isConnected && !element.matches(":disabled");
}

function ancestors(element: Element): Element[] {
  const found = [];
  for (let one = element.parentElement; one; one = one.parentElement) found.push(one);
  return found;
}

/** The heading of the nearest part that is still there. */
function nearby(around: readonly Element[]): HTMLElement | undefined {
  const inside = around.find((one) => one.isConnected) ?? document.body;
  for (let part = inside.closest(PARTS); part; part = part.parentElement?.closest(PARTS) ?? null) {
    const heading = part.querySelector<HTMLElement>(HEADINGS);
    if (heading) return heading;
  }
  return document.querySelector<HTMLElement>("main h1") ?? undefined;
}
