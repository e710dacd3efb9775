import type { Graph, Network } from '../graph/network.js';
import { traitsOf } from '../graph/traits.js';
import { moveCpuOperations } from './cpu-order.js';
import { checkConsistency } from './consistency/check.js';
import { emitGroup } from './emit.js';
import type { Emitter } from './emit.js';
import { checkExecutable } from './executable.js';
import { foldConstants } from './fold.js';
import { groupOperations } from './groups.js';
import { newBudget } from './ir.js';
import type { Budget, IrGraph, Op } from './ir.js';
import { toNpuForm } from './npu.js';
import type { LoweredNetwork, LoweredOp } from './operations.js';
import { executionOrder, forgetUnlisted } from './order.js';
import { passesOf } from './passes.js';
import { placeOperators } from './placement/place.js';
import { quantiseOperation } from './quantise.js';
import { readGraph } from './read.js';
import { adaptBooleans } from './rewrite/booleans.js';
import { splitOperation } from './split/split.js';
import type { LoweringTarget } from './target.js';
import { runPass, walk } from './traverse.js';
import { checkValidity } from './validity.js';

/** NPU and CPU operations of the rewritten graph in execution order, each as the hardware takes it. */
function flatten(graph: IrGraph, target: LoweringTarget): Op[] {
  const flat: Op[] = [];
  const context = { graph, target };
  const order = executionOrder(graph);
  forgetUnlisted(order, graph);
  for (const op of order) {
    if (op.kind === 'Passthrough') flat.push(op);
    else {
      toNpuForm(op);
      for (const part of splitOperation(op, context)) {
        checkExecutable(part, graph, target.family);
        flat.push(part);
      }
    }
  }
  return flat;
}

function lowerGraph(graph: Graph, target: LoweringTarget, emitter: Emitter, budget: Budget): LoweredOp[] {
  const passes = passesOf(target.family);
  const ir = readGraph(graph, budget);
  if (ir.spaceToBatch) runPass(passes.patterns, ir);
  placeOperators(ir, target.family);
  checkConsistency(ir);
  for (const pass of passes.tflite) runPass(pass, ir);
  walk(ir, quantiseOperation);
  for (const pass of passes.beforeFolding) runPass(pass, ir);
  adaptBooleans(ir);
  foldConstants(ir);
  for (const pass of passes.afterFolding) runPass(pass, ir);
  const flat = flatten(ir, target);
  const groups = moveCpuOperations(groupOperations(flat, target.family));
  return groups.map((group) => emitGroup(group, emitter));
}

/**
 * The NPU operations that a network becomes, in execution order and grouped (docs/model/lowering.md). Input errors say
 * why a network would not compile; `file` is how they name it.
 */
export function lower(network: Network, target: LoweringTarget, file = network.name): LoweredNetwork {
  checkValidity(network, file);
  const emitter: Emitter = { nextId: 0 };
  const budget = newBudget(file);
  const graphs = network.graphs.map((graph) => lowerGraph(graph, target, emitter, budget));
  const traits = traitsOf(network);
  return { name: network.name, traits, ops: graphs.at(-1)!, before: graphs.slice(0, -1) };
}
