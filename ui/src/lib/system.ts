/** The operating system, as far as advice differs. */
export function system(): "linux" | "macos" | "windows" {
  const agent = navigator.userAgent;
  if (agent.includes("Windows")) return "windows";
  return agent.includes("Mac OS") ? "macos" : "linux";
}
