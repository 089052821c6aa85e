// What the check of a file says of what was signed.
import { render } from "svelte/server";
import { expect, test } from "vitest";
import Checked from "../src/files/Checked.svelte";
import type { SignedContentView } from "../src/generated/SignedContentView";
import type { VerifiedFileView } from "../src/generated/VerifiedFileView";
import { locale } from "../src/lib/i18n.svelte";

const TEXT = { be: "", ru: "", en: "" };

/** The words of the page for a signature over that, in English. */
function words(content: SignedContentView | null): string {
  locale.current = "en";
  const signer = { sentence: TEXT, content, notes: [], chain: [], time_stamps: [] };
  const report = { verdict: "valid", sentence: TEXT, checked_at: "2026-11-27T12:00:00Z", profile: "", signers: [signer], asked: [] };
  const file = { name: "a.txt.p7s", content: "a.txt", report, problem: null } as unknown as VerifiedFileView;
  const { body } = render(Checked, { props: { file } });
  return body.replace(/<[^>]*>/g, " ").replace(/\s+/g, " ");
}

test("what was signed is told with its name, its length and its hash value", () => {
  const content = { hash_algorithm: "belt-hash", digest: "445ef7e6", size: 3000, name: "a.txt" };
  expect(words(content)).toContain("Signed file a.txt Size in bytes 3000 Hash value by belt-hash 445ef7e6");
  expect(words({ ...content, name: null })).toContain("Signed file in the signature itself Size in bytes 3000");
});

test("of content that is not at hand only the hash value is told, and of a broken signature nothing", () => {
  const away = words({ hash_algorithm: "bash384", digest: "dff46035", size: null, name: null });
  expect(away).toContain("Hash value by bash384 dff46035");
  expect(away).not.toContain("Signed file");
  expect(words(null)).not.toContain("Hash value");
});
