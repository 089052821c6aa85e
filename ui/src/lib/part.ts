/** Goes to the part of the page whose heading has that id: it is at the top, and a screen reader begins there. Whether it is there. */
export function turnTo(id: string): boolean {
  const heading = document.getElementById(id);
  // What is not shown yet has no place.
  if (!heading || heading.offsetParent === null) return false;
  if (!heading.hasAttribute("tabindex")) heading.tabIndex = -1;
  heading.scrollIntoView({ block: "start" });
  heading.focus({ preventScroll: true });
  return true;
}
