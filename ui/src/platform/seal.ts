// How a secret goes to the core: what crosses the bridge lies in buffers that nobody wipes, so it is
// encrypted by a key that page and core agree on (ECDH on P-256, HKDF-SHA-256, one key a prompt).
const CURVE = { name: "ECDH", namedCurve: "P-256" } as const;
/** `info` of HKDF; the core uses the same. */
const INFO = new TextEncoder().encode("kabinet trusted prompt");

/** The page's public key (an uncompressed point), then the encrypted secret. */
export async function seal(core: Uint8Array<ArrayBuffer>, secret: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  const pair = await crypto.subtle.generateKey(CURVE, false, ["deriveBits"]);
  const peer = await crypto.subtle.importKey("raw", core, CURVE, false, []);
  const shared = await crypto.subtle.deriveBits({ name: "ECDH", public: peer }, pair.privateKey, 256);
  const key = await crypto.subtle.importKey("raw", shared, "HKDF", false, ["deriveBits"]);
  const parameters = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info: INFO };
  const stream = new Uint8Array(await crypto.subtle.deriveBits(parameters, key, secret.length * 8));
  const point = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  const message = new Uint8Array(point.length + secret.length);
  message.set(point);
  secret.forEach((octet, index) => (message[point.length + index] = octet ^ (stream[index] ?? 0)));
  stream.fill(0);
  return message;
}
