import type { IrGraph, Op } from './ir.js';
import type { Kind } from './kinds.js';

/** Rewrites an operation: returns it, or the operation that now stands for it. */
export type Rewrite = (op: Op, graph: IrGraph) => Op;

export interface Rule {
  /** Kinds that the rule looks at. */
  readonly kinds: readonly Kind[];
  readonly rewrite: Rewrite;
}

/** A list of rules with the rules of each kind at hand. */
export interface Pass {
  readonly rules: readonly Rule[];
  readonly byKind: ReadonlyMap<Kind, readonly number[]>;
}

/** Prepares a pass; the order of `rules` is the order in which they are tried. */
export function makePass(rules: readonly Rule[]): Pass {
  const byKind = new Map<Kind, number[]>();
  rules.forEach((rule, index) => {
    for (const kind of rule.kinds) {
      const list = byKind.get(kind);
      if (list === undefined) byKind.set(kind, [index]);
      else list.push(index);
    }
  });
  return { rules, byKind };
}

/** Can the pass do anything in this graph? */
export function isNeeded(pass: Pass, graph: IrGraph): boolean {
  for (const kind of graph.kinds) if (pass.byKind.has(kind)) return true;
  return false;
}

function applyOnce(pass: Pass, start: Op, graph: IrGraph): Op {
  let op = start;
  let from = 0;
  for (;;) {
    const candidates = pass.byKind.get(op.kind);
    if (candidates === undefined) return op;
    let next = -1;
    for (const index of candidates) {
      if (index >= from) {
        next = index;
        break;
      }
    }
    if (next < 0) return op;
    op = pass.rules[next]!.rewrite(op, graph);
    if (op.inputs.length + op.outputs.length === 0) return op;
    from = next + 1;
  }
}

function applyAll(pass: Pass, start: Op, graph: IrGraph): Op {
  let op = start;
  for (let round = 0; round < 100; round++) {
    const result = applyOnce(pass, op, graph);
    if (result === op) return op;
    op = result;
  }
  return op;
}

/**
 * Calls `visit` on every operation, consumers first (docs/model/lowering.md#traversal); it returns what stands for the
 * operation.
 */
export function walk(graph: IrGraph, visit: Rewrite): void {
  const stamp = ++graph.stamp;
  const stack: Op[] = [];
  for (const output of graph.outputs) for (const op of output.writers) stack.push(op);
  for (let op = stack.pop(); op !== undefined; op = stack.pop()) {
    if (op.stamp === stamp || op.inputs.length + op.outputs.length === 0) continue;
    const result = visit(op, graph);
    result.stamp = stamp;
    for (const view of result.outputs) {
      for (const writer of view.tensor.writers) if (writer.stamp !== stamp) stack.push(writer);
    }
    for (const view of result.inputs) {
      for (const writer of view.tensor.writers) if (writer.stamp !== stamp) stack.push(writer);
    }
  }
}

/** Runs a pass over the graph, unless it has nothing to do. */
export function runPass(pass: Pass, graph: IrGraph): void {
  if (isNeeded(pass, graph)) walk(graph, (op) => applyAll(pass, op, graph));
}
