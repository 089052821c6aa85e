import { gzipSync } from "node:zlib";
import type { Plugin, Rolldown } from "vite";

/** The most that may be loaded before a page is there, and in all, in octets after gzip. */
export const BUDGET = {
  "index.html": 143_500,
  "prompt.html": 89_000,
  all: 256_000,
} as const;

/** Ends a build whose scripts and styles are larger than what was set for them. */
export function budget(): Plugin {
  return {
    name: "budget",
    apply: "build",
    // The pages are there only when everything is written.
    writeBundle(_, bundle) {
      const over = excess(weigh(Object.values(bundle)));
      if (over.length > 0) this.error(`over the budget: ${over.join(", ")}`);
    },
  };
}

/** What each page loads at once, and what there is in all. */
export function weigh(files: ReadonlyArray<Rolldown.OutputChunk | Rolldown.OutputAsset>): Record<string, number> {
  const weights = new Map(files.map((file) => [file.fileName, gzipSync(file.type === "chunk" ? file.code : file.source).length]));
  const sum = (names: Iterable<string>) => [...names].reduce((total, name) => total + (weights.get(name) ?? 0), 0);
  const loaded = sum([...weights.keys()].filter((name) => /\.(js|css)$/.test(name)));
  const pages: Record<string, number> = { all: loaded };
  for (const file of files) {
    if (file.type !== "asset" || !file.fileName.endsWith(".html")) continue;
    const named = [...String(file.source).matchAll(/(?:src|href)="\.\/([^"]+)"/g)].map((match) => match[1]!);
    pages[file.fileName] = sum(new Set(named));
  }
  return pages;
}

/** What is larger than it may be. */
export function excess(weights: Record<string, number>): string[] {
  return Object.entries(BUDGET)
    .filter(([name, most]) => !((weights[name] ?? Infinity) <= most))
    .map(([name, most]) => `${name}: ${weights[name] ?? "not built"} of ${most}`);
}
