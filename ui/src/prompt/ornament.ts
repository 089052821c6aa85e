// The sign of the trusted prompt as a picture: a pattern as on embroidery, the same to the left and to
// the right, above and below, so that one glance tells it from another.

/** Cells from the middle to the edge; the pattern has twice as many a side, and the middle. */
const ARM = 4;

export interface Ornament {
  /** Which of the four colours of threads the middle and the rest have. */
  threads: [number, number];
  /** Cells a side. */
  side: number;
  /** Cells that are stitched, from above; `inner` those in the colour of the middle. */
  cells: { x: number; y: number; inner: boolean }[];
  /** The sign for people who read or hear it: four digits. */
  number: string;
}

/** Draws what 32 bits say. */
export function ornament(sign: number): Ornament {
  const side = 2 * ARM + 1;
  // Two bits for each colour, one for each cell of a quarter with its axes; what is left is how far the
  // middle reaches.
  const bit = (at: number): boolean => ((sign >>> at) & 1) === 1;
  const first = sign & 3;
  const second = (first + 1 + (((sign >>> 2) & 3) % 3)) % 4;
  const reach = 1 + ((sign >>> 29) & 3);
  const cells: Ornament["cells"] = [];
  for (let y = 0; y < side; y += 1) {
    for (let x = 0; x < side; x += 1) {
      const [across, down] = [Math.abs(x - ARM), Math.abs(y - ARM)];
      const far = across + down;
      // A lozenge has a stitched middle and an edge, whatever the bits are.
      const stitched = far === 0 || far === ARM + 2 || (far < ARM + 2 && bit(4 + ((across * 5 + down) % 25)));
      if (stitched) cells.push({ x, y, inner: far <= reach });
    }
  }
  const mixed = Math.imul(sign ^ (sign >>> 15), 0x2c1b3c6d) >>> 0;
  return { threads: [first, second], side, cells, number: String(mixed % 10_000).padStart(4, "0") };
}
