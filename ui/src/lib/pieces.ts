/** How far a file is that is being handed over, in octets. */
export type Taking = { name: string; done: number; size: number };

/** Hands a file over in pieces of at most `piece` octets; `begins` hears of each before it is read. */
export async function inPieces(
  file: File,
  piece: number,
  begins: (at: Taking) => void,
  send: (octets: Uint8Array) => Promise<void>,
): Promise<void> {
  const { name, size } = file;
  for (let done = 0; done < size; done += piece) {
    begins({ name, done, size });
    await send(new Uint8Array(await file.slice(done, done + piece).arrayBuffer()));
  }
}
