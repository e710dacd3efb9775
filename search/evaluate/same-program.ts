import type { Program, ProgramOp, ProgramTensor } from '../../src/schedule/program.js';

/** Numbers that two programs give to the same tensors. */
class Pairing {
  private readonly there = new Map<number, number>();
  private readonly here = new Map<number, number>();
  private readonly states = new Map<object, object>();

  constructor(
    private readonly a: Program,
    private readonly b: Program,
  ) {}

  same(x: number, y: number): boolean {
    if (x === -1 || y === -1) return x === y;
    const [known, back] = [this.there.get(x), this.here.get(y)];
    if (known !== undefined || back !== undefined) return known === y && back === x;
    this.there.set(x, y);
    this.here.set(y, x);
    return this.sameKind(this.a.tensors[x]!, this.b.tensors[y]!);
  }

  private sameKind(a: ProgramTensor, b: ProgramTensor): boolean {
    if (a.state === undefined || b.state === undefined) return a.state === b.state && sameTensor(a, b);
    const other = this.states.get(a.state) ?? b.state;
    this.states.set(a.state, other);
    return other === b.state && sameTensor(a, b);
  }

  all(xs: readonly number[], ys: readonly number[]): boolean {
    return xs.length === ys.length && xs.every((x, i) => this.same(x, ys[i]!));
  }
}

const sameList = (xs: readonly unknown[], ys: readonly unknown[]): boolean =>
  xs.length === ys.length && xs.every((x, i) => x === ys[i]);

const sameTensor = (a: ProgramTensor, b: ProgramTensor): boolean =>
  a.type === b.type &&
  a.format === b.format &&
  a.bytes === b.bytes &&
  a.constant === b.constant &&
  a.contentKey === b.contentKey &&
  a.graphInput === b.graphInput &&
  a.graphOutput === b.graphOutput &&
  a.persistent === b.persistent &&
  a.usedByCpu === b.usedByCpu &&
  sameList(a.shape, b.shape) &&
  sameList(a.producers, b.producers) &&
  sameList(a.consumers, b.consumers);

const sameOperation = (a: ProgramOp, b: ProgramOp, tensors: Pairing): boolean =>
  a.cost === b.cost &&
  a.macs === b.macs &&
  a.keepsResult === b.keepsResult &&
  a.primaryIfm === b.primaryIfm &&
  a.mapsOneToOne === b.mapsOneToOne &&
  a.divisible === b.divisible &&
  a.sliceable === b.sliceable &&
  a.writesSlice === b.writesSlice &&
  a.lowered.kind === b.lowered.kind &&
  a.lowered.origin === b.lowered.origin &&
  sameList(a.ofmShape, b.ofmShape) &&
  a.ifmShapes.length === b.ifmShapes.length &&
  a.ifmShapes.every((shape, i) => sameList(shape, b.ifmShapes[i]!)) &&
  a.tables.length === b.tables.length &&
  a.tables.every(({ key, bytes }, i) => key === b.tables[i]!.key && bytes === b.tables[i]!.bytes) &&
  tensors.all(a.ifms, b.ifms) &&
  tensors.all(a.parameters, b.parameters) &&
  tensors.all(a.chainedIfms, b.chainedIfms) &&
  tensors.all(a.externals, b.externals) &&
  tensors.all(a.ofms, b.ofms) &&
  tensors.all(a.inPlaceIfms, b.inPlaceIfms) &&
  tensors.same(a.scratch, b.scratch);

const sameReaders = (a: Program['sharing']['readers'], b: Program['sharing']['readers']): boolean =>
  sameList(
    [...a.values()].sort((x, y) => x - y),
    [...b.values()].sort((x, y) => x - y),
  );

/**
 * Whether two programs of one interner are the same but for the numbers of their tensors: everything that schedules
 * and figures depend on.
 */
export function sameProgram(a: Program, b: Program): boolean {
  const tensors = new Pairing(a, b);
  return (
    a.ops.length === b.ops.length &&
    a.ops.every((op, i) => sameOperation(op, b.ops[i]!, tensors)) &&
    sameReaders(a.sharing.readers, b.sharing.readers)
  );
}
