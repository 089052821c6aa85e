import { expect, test } from "vitest";
import { seal } from "../src/platform/seal";

test("what crosses the bridge opens with the core's key and does not hold the secret", async () => {
  const curve = { name: "ECDH", namedCurve: "P-256" };
  const core = await crypto.subtle.generateKey(curve, true, ["deriveBits"]);
  const point = new Uint8Array(await crypto.subtle.exportKey("raw", core.publicKey));
  const secret = new TextEncoder().encode("314159");
  const message = await seal(point, secret);
  expect(message).toHaveLength(65 + 6);
  expect(Buffer.from(message).includes(Buffer.from(secret))).toBe(false);

  const page = await crypto.subtle.importKey("raw", message.slice(0, 65), curve, false, []);
  const shared = await crypto.subtle.deriveBits({ name: "ECDH", public: page }, core.privateKey, 256);
  const key = await crypto.subtle.importKey("raw", shared, "HKDF", false, ["deriveBits"]);
  const info = new TextEncoder().encode("kabinet trusted prompt");
  const bits = await crypto.subtle.deriveBits({ name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info }, key, 48);
  const opened = message.slice(65).map((octet, index) => octet ^ new Uint8Array(bits)[index]!);
  expect(new TextDecoder().decode(opened)).toBe("314159");
});
