/** The pages, as they stand behind `#` in the address. */
export type Route =
  | { page: "home" }
  | { page: "services"; query: string }
  | { page: "service"; id: string }
  | { page: "draft"; id: string }
  | { page: "affairs" }
  | { page: "application"; id: string }
  | { page: "files" }
  | { page: "card" }
  | { page: "certificate" }
  | { page: "sign-in" }
  | { page: "hand-over" }
  | { page: "settings" }
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
    case "sign-in":
    case "hand-over":
    case "settings":
      return { page };
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

class Router {
  route: Route = $state(parseRoute(location.hash));

  constructor() {
    addEventListener("hashchange", () => {
      this.route = parseRoute(location.hash);
    });
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
  search: (query: string) => `#/services?${new URLSearchParams({ q: query }).toString()}`,
  service: (id: string) => `#/services/${encodeURIComponent(id)}`,
  draft: (id: string) => `#/drafts/${encodeURIComponent(id)}`,
  affairs: "#/applications",
  application: (id: string) => `#/applications/${encodeURIComponent(id)}`,
  card: "#/card",
  certificate: "#/card/certificate",
  signIn: "#/sign-in",
  settings: "#/settings",
  files: "#/files",
  handOver: "#/hand-over",
  /** The help, at a topic. */
  help: (topic = "") => (topic === "" ? "#/help" : `#/help/${encodeURIComponent(topic)}`),
  /** The look at this computer, which is part of the help. */
  check: "#/help/check",
};
