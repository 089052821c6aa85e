import type { Act } from "../files/acts";

/** The pages, as they stand behind `#` in the address. */
export type Route =
  | { page: "home" }
  | { page: "services"; query: string }
  | { page: "service"; id: string }
  | { page: "draft"; id: string }
  | { page: "affairs" }
  | { page: "application"; id: string }
  | { page: "files"; act: string }
  | { page: "card" }
  | { page: "certificate" }
  | { page: "sign-in" }
  | { page: "hand-over" }
  | { page: "settings"; part: string }
  | { page: "help"; topic: string };

/** Reads a route; what it does not know is the start page. */
export function parseRoute(hash: string): Route {
  const [page = "", id] = hash.replace(/^#\/?/, "").split("/").map(decode);
  switch (page) {
    case "services":
      return id ? { page: "service", id } : { page: "services", query: "" };
    case "drafts":
      return id ? { page: "draft", id } : { page: "affairs" };
    case "applications":
      return id ? { page: "application", id } : { page: "affairs" };
    case "help":
      return { page: "help", topic: id ?? "" };
    case "card":
      return { page: id === "certificate" ? "certificate" : "card" };
    case "files":
      return { page, act: id ?? "" };
    case "sign-in":
    case "hand-over":
      return { page };
    case "settings":
      return { page, part: id ?? "" };
    default:
      return { page: "home" };
  }
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** The last number of an entry of the history: later than any that the page had before it was loaded anew. */
let entries = Date.now();

class Router {
  route: Route = $state(parseRoute(location.hash));
  /** The page that was gone back from, where one came here by going back. */
  left: Route | null = null;
  /** The entry of the history that is shown. */
  #entry = 0;
  /** What was searched for, by entry. In the address it would outlive the person who wrote it. */
  #sought = new Map<number, string>();

  constructor() {
    this.#enter("");
    addEventListener("hashchange", ({ oldURL }) => {
      const before = new URL(oldURL).hash;
      this.left = history.state === null ? null : parseRoute(before);
      this.#enter(before);
      this.#show();
    });
    // A link to where one is changes no address.
    addEventListener("click", (event) => {
      const href = (event.target as Element).closest("a")?.getAttribute("href");
      if (href?.startsWith("#/") && href === location.hash && !event.defaultPrevented) this.go(href);
    });
  }

  /** A page keeps from where it was opened; one that does not know it yet was opened just now. */
  #enter(from: string): void {
    if (history.state === null) history.replaceState({ from, entry: (entries += 1) }, "");
    this.#entry = history.state.entry;
  }

  #show(): void {
    this.route = parseRoute(location.hash);
    if (this.route.page === "services") this.route.query = this.#sought.get(this.#entry) ?? "";
  }

  /** Whether this page was opened from the one at that address. */
  cameFrom(hash: string): boolean {
    return history.state?.from === hash;
  }

  /** The catalogue is searched for that: this page shows it, and whoever comes back finds it. */
  search(query: string): void {
    if (this.route.page !== "services") return;
    this.route.query = query;
    this.#sought.set(this.#entry, query);
  }

  /** Nobody who comes back finds what was searched for. */
  forget(): void {
    this.#sought.clear();
    if (this.route.page === "services") this.route.query = "";
  }

  /** Goes to an address such as `#/card`. Where one is there already, the page begins anew. */
  go(hash: string): void {
    if (location.hash !== hash) location.hash = hash;
    // Not before what lies over the page is gone, as it is when an address changes. One that has just changed is on its way.
    else if (history.state !== null) {
      setTimeout(() => {
        this.#sought.delete(this.#entry);
        this.#show();
      });
    }
  }
}

export const router = new Router();

/** Addresses of the pages. */
export const to = {
  home: "#/",
  services: "#/services",
  service: (id: string) => `#/services/${encodeURIComponent(id)}`,
  draft: (id: string) => `#/drafts/${encodeURIComponent(id)}`,
  affairs: "#/applications",
  application: (id: string) => `#/applications/${encodeURIComponent(id)}`,
  card: "#/card",
  certificate: "#/card/certificate",
  signIn: "#/sign-in",
  settings: "#/settings",
  /** The settings, at a part or a card of them. */
  setting: (part: string) => `#/settings/${part}`,
  files: "#/files",
  /** The page of files, where that is to be done with them. */
  act: (act: Act) => `#/files/${act}`,
  handOver: "#/hand-over",
  /** The help, at a topic. */
  help: (topic = "") => (topic === "" ? "#/help" : `#/help/${encodeURIComponent(topic)}`),
  /** The look at this computer, which is part of the help. */
  check: "#/help/check",
};
