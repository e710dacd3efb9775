import type { Machine } from '../../../src/schedule/machine.js';
import { sameBytes, type Use } from '../../../src/schedule/encoded-tensors.js';

/** Something of which others have a part as well, so that figures of networks with both are no sums. */
export interface Rival<T> {
  readonly rivals: T[];
}

/** A rival of `one` is among those present. */
export const meetsRival = <T>(
  { rivals }: { readonly rivals: readonly T[] },
  present: readonly T[],
): boolean => rivals.length > 0 && rivals.some((rival) => present.includes(rival));

const makeRivals = <T extends Rival<T>>(a: T, b: T): void => {
  a.rivals.push(b);
  b.rivals.push(a);
};

/** Makes rivals of what has the same key in different segments. */
export class Claims<T extends Rival<T>> {
  /** Whether there are any rivals. */
  contested = false;
  private readonly known = new Map<string | number, (readonly [segment: number, claimant: T])[]>();

  add(key: string | number, segment: number, claimant: T): void {
    const claims = this.known.get(key) ?? [];
    this.known.set(key, claims);
    for (const [other, rival] of claims) {
      if (other === segment) continue;
      makeRivals(rival, claimant);
      this.contested = true;
    }
    claims.push([segment, claimant]);
  }
}

/** Makes rivals of what has equal encoded tensors in different segments: a network stores them once. */
export class EncodedClaims<T extends Rival<T>> {
  /** Whether there are any rivals. */
  contested = false;
  private readonly known = new Map<
    string,
    { readonly segment: number; readonly use: Use; readonly claimants: Set<T> }[]
  >();

  add(machine: Machine, use: Use, segment: number, claimant: T): void {
    const { allocatedBytes, weightBytes } = use.encoding;
    const key = `${use.weights.biases} ${allocatedBytes} ${weightBytes}`;
    const claims = this.known.get(key) ?? [];
    this.known.set(key, claims);
    let own: Set<T> | undefined;
    for (const { segment: other, use: theirs, claimants } of claims) {
      if (other === segment) {
        if (theirs.slices === use.slices && theirs.weights.content === use.weights.content) own = claimants;
        continue;
      }
      if (!sameBytes(machine, theirs, use)) continue;
      for (const rival of claimants) makeRivals(rival, claimant);
      this.contested = true;
    }
    if (own === undefined) claims.push({ segment, use, claimants: new Set([claimant]) });
    else own.add(claimant);
  }
}
