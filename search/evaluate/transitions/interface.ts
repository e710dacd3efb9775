import { DATA_LAYOUT } from '../../../src/schedule/buffer-weights.js';
import { AREA } from '../../../src/schedule/machine.js';
import type { Program, ProgramOp } from '../../../src/schedule/program.js';

/** How a segment's operations meet tensors that other segments touch. */
export interface Interface {
  /** What always matters: whether writers only move data. */
  readonly writers: string;
  /** What decides which feature maps are moved back from staging memory. */
  readonly readers: string;
  /** None of its operations has a shared tensor moved back: all that is read beside it is in staging memory. */
  readonly calm: boolean;
}

/** @param sharedCount tensors with smaller numbers are touched by several segments */
export function interfaceOf(
  { tensors }: Program,
  ops: readonly ProgramOp[],
  areas: Uint8Array,
  sharedCount: number,
): Interface {
  const isShared = (id: number): boolean => id < sharedCount;
  const name = (id: number): string => {
    if (isShared(id)) return String(id);
    const { constant, consumers } = tensors[id]!;
    if (constant) return 'constant';
    return `${areas[id]}${consumers.length > 1 ? ` of ${id}` : ''}`;
  };
  const writers = new Map<number, boolean>();
  const firm = new Set<number>();
  const soft: string[] = [];
  let calm = true;
  for (const { cost, lowered, ifms, chainedIfms, ofms } of ops) {
    for (const id of ofms.filter(isShared)) {
      if (!writers.has(id)) writers.set(id, DATA_LAYOUT.has(lowered.kind));
    }
    const elementwise = cost?.opClass === 'elementwise';
    if (!elementwise) for (const id of ifms.filter(isShared)) firm.add(id);
    if (!(elementwise && ifms.some(isShared)) && !chainedIfms.some(isShared)) continue;
    const inputs = [...ifms, ...chainedIfms].filter((id) => !tensors[id]!.constant);
    calm &&= inputs.every((id) => areas[id] === AREA.staging);
    soft.push(`${elementwise} ${ifms.map(name).join()} ${chainedIfms.map(name).join()}`);
  }
  const sorted = (ids: Iterable<number>): number[] => [...ids].sort((a, b) => a - b);
  return {
    writers: sorted(writers.keys())
      .map((id) => `${id} ${writers.get(id)}`)
      .join(),
    readers: [sorted(firm).join(), ...soft].join(';'),
    calm,
  };
}

/**
 * Whether segments of two designs are the same to their neighbours. Where feature maps may be moved back from staging
 * memory, that depends on all their readers; where none is, it takes one that might be.
 *
 * @param spilling staging memory is apart
 */
export function agree(first: readonly Interface[], other: readonly Interface[], spilling: boolean): boolean {
  const calm = first.every((segment) => segment.calm);
  return first.every(({ writers, readers }, s) => {
    const { writers: theirWriters, readers: theirReaders, calm: isCalm } = other[s]!;
    if (theirWriters !== writers) return false;
    return !spilling || (calm ? isCalm : theirReaders === readers);
  });
}
