// The arrow keys go round in a group of radio buttons (ARIA Authoring Practices, radio group). WebKit stops
// at either end and scrolls the page instead.

const FORWARD = ["ArrowDown", "ArrowRight"];
const BACK = ["ArrowUp", "ArrowLeft"];

/** Lets them go round from now on. */
export function goRound(): void {
  document.addEventListener("keydown", (event) => {
    const at = event.target;
    if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (!(at instanceof HTMLInputElement) || at.type !== "radio") return;
    const [forward, back] = [FORWARD.includes(event.key), BACK.includes(event.key)];
    if (!forward && !back) return;
    const all = document.querySelectorAll<HTMLInputElement>("input[type='radio']:enabled");
    const group = [...all].filter((one) => one.name === at.name && one.form === at.form);
    if (at !== group.at(forward ? -1 : 0)) return;
    event.preventDefault();
    const next = group.at(forward ? 0 : -1);
    next?.focus();
    next?.click();
  });
}
