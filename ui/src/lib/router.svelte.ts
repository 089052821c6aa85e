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
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?");
  const [page = "", id] = path.split("/").map(decode);
  switch (page) {
    case "services":
      return id ? { page: "service", id } : { page: "services", query: new URLSearchParams(query).get("q") ?? "" };
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

/** How long after the last letter what is searched for comes into the address, in milliseconds: WebKit lets an address be replaced 100 times in 30 seconds. */
const PAUSE = 400;

class Router {
  route: Route = $state(parseRoute(location.hash));
  /** The page that was gone back from, where one came here by going back. */
  left: Route | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    addEventListener("hashchange", ({ oldURL }) => {
      clearTimeout(this.#timer);
      const before = new URL(oldURL).hash;
      // A page keeps from where it was opened; one that does not know it yet was opened just now.
      this.left = history.state === null ? null : parseRoute(before);
      if (history.state === null) history.replaceState({ from: before }, "");
      this.route = parseRoute(location.hash);
    });
  }

  /** Whether this page was opened from the one at that address, whatever was searched for there. */
  cameFrom(hash: string): boolean {
    const from: string | undefined = history.state?.from;
    return from?.split("?")[0] === hash;
  }

  /** The catalogue is searched for that: this page shows it, and whoever comes back finds it. */
  search(query: string): void {
    if (this.route.page !== "services") return;
    this.route.query = query;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.keep(), PAUSE);
  }

  /** Writes into the address at once what is searched for. */
  keep(): void {
    clearTimeout(this.#timer);
    // The address is changed before anybody hears of it.
    if (this.route.page !== "services" || parseRoute(location.hash).page !== "services") return;
    history.replaceState(history.state, "", to.search(this.route.query));
  }

  /** Goes to an address such as `#/card`. */
  go(hash: string): void {
    location.hash = hash;
  }
}

export const router = new Router();

/** Addresses of the pages. */
export const to = {
  home: "#/",
  services: "#/services",
  search: (query: string) => (query === "" ? "#/services" : `#/services?${new URLSearchParams({ q: query }).toString()}`),
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
