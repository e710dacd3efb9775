import { digitsOfState, stateCount, stateOf } from './additive-model.js';

/** States of one scope that no design has shown yet. */
class Open {
  left: number;
  private readonly seen: Uint8Array;
  private first = 0;

  constructor(
    readonly positions: readonly number[],
    private readonly radices: readonly number[],
  ) {
    this.left = stateCount(positions, radices);
    this.seen = new Uint8Array(this.left);
  }

  /** Digits of an unseen state that agrees with the digits chosen so far (−1: not chosen). */
  find(chosen: Int32Array): number[] | undefined {
    const { positions, radices, seen } = this;
    while (this.first < seen.length && seen[this.first] === 1) this.first++;
    for (let state = this.first; state < seen.length; state++) {
      if (seen[state] === 1) continue;
      const digits = digitsOfState(positions, radices, state);
      if (digits.every((digit, i) => chosen[positions[i]!]! < 0 || chosen[positions[i]!] === digit)) {
        return digits;
      }
    }
    return undefined;
  }

  mark(design: Uint16Array): void {
    const state = stateOf(this.positions, this.radices, design);
    if (this.seen[state] === 1) return;
    this.seen[state] = 1;
    this.left--;
  }
}

/**
 * Few designs that together show every state of every scope: each design takes one unseen state of as many scopes as fit
 * together; the rest of it is random.
 *
 * @param scopes positions of the digits that each scope depends on
 * @param random whole numbers from 0 to below its argument
 * @returns rows of digits without the system
 */
export const coveringDesigns = (
  radices: readonly number[],
  scopes: readonly (readonly number[])[],
  random: (below: number) => number,
): Uint16Array[] => {
  const open = scopes.map((positions) => new Open(positions, radices));
  const designs: Uint16Array[] = [];
  for (;;) {
    const waiting = open.filter(({ left }) => left > 0).sort((a, b) => b.left - a.left);
    if (waiting.length === 0) return designs;
    const chosen = new Int32Array(radices.length).fill(-1);
    for (const scope of waiting) {
      scope.find(chosen)?.forEach((digit, i) => (chosen[scope.positions[i]!] = digit));
    }
    const design = Uint16Array.from(chosen, (digit, i) => (digit < 0 ? random(radices[i]!) : digit));
    for (const scope of open) scope.mark(design);
    designs.push(design);
  }
};
