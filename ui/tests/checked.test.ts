// What the check of a file says of what was signed.
import { readFileSync } from "node:fs";
import { render } from "svelte/server";
import { expect, test } from "vitest";
import Checked from "../src/files/Checked.svelte";
import type { SignedContentView } from "../src/generated/SignedContentView";
import type { SignerView } from "../src/generated/SignerView";
import type { VerifiedFileView } from "../src/generated/VerifiedFileView";
import { locale } from "../src/lib/i18n.svelte";

const TEXT = { be: "", ru: "", en: "" };

/** The words of the page for a signature over that, in English. */
function words(content: SignedContentView | null, more: Partial<SignerView> = {}): string {
  locale.current = "en";
  const signer = { sentence: TEXT, content, notes: [], chain: [], time_stamps: [], ...more };
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

test("the signer is told with the number that tells namesakes apart", () => {
  expect(words(null, { name: "Ada", number: "IDCBY-AB1234567" })).toContain("Signer Ada , IDCBY-AB1234567");
  expect(words(null, { name: "Ada", number: null })).toContain("Signer Ada ");
});

test("what is on hold, and what was never issued, is told as that", () => {
  const member = { name: "CA", serial_number: "01", valid_from: "2026-01-01T00:00:00Z", valid_until: "2027-01-01T00:00:00Z" };
  const status = (status: string, status_at: string | null) => ({ ...member, status, status_at });
  const chain = [status("suspended", "2026-11-01T00:00:00Z"), status("never_issued", null)];
  const notes = [{ what: "never-issued", at: null }];
  const page = words(null, { chain, notes });
  expect(page).toContain("on hold since");
  expect(page).toContain("never issued, its authority says");
  expect(page).toContain("was never issued.");
  expect(page).toContain("Nobody was asked. ");
});

// A key that is there twice ends the page: files have one name, and authorities give numbers of their own.
test("files and certificates are not told apart by what others chose", () => {
  const keys = (path: string) => [...readFileSync(path, "utf8").matchAll(/\{#each ([\w.]+) as [^(}]*\(([^}]*)\)\}/g)];
  const loops = keys("src/files/Checked.svelte");
  expect(loops.map((loop) => loop[1])).toContain("members");
  loops.push(...keys("src/files/FilesPage.svelte").filter((loop) => loop[1] === "checked"));
  expect(loops.map((loop) => loop[1])).toContain("checked");
  expect(loops.filter((loop) => loop[2] !== "index")).toEqual([]);
});
