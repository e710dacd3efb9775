import type { CostOp, CostView } from '../cost/operation.js';
import { grouped, percentText, plural } from '../text.js';
import { accessCyclesOf, unchanged, usesOf, type Variant } from './access.js';
import { isDesigned, mayFuseRelu } from './designed.js';
import type { LayerFacts } from './facts.js';
import { roughly } from './few-words.js';
import type { Change } from './types.js';

/** A change that saves less than this share of the cycles is not worth a sentence. */
const WORTHWHILE = 0.02;
/** A narrower layer is a bargain if it saves that many times more cycles than channels. */
const BARGAIN = 1.25;
/** A wider layer is worth a sentence from that much on. */
const NOTABLY_WIDER = 1.05;
/** A wider layer may take that much longer and still be called as fast. */
const TOLERANCE = 1.005;

/** Steps that channels come in: ublocks of small and of larger accelerators, bricks, IFM blocks. */
const STEPS = [4, 8, 16, 32];

/** A change that saves cycles, with what it is called in a sentence and in few words. */
const saving = (
  kind: Change['kind'],
  [subject, word]: readonly [string, string],
  saved: number,
  now: number,
  although = '',
): Change => ({
  kind,
  cyclesSaved: saved,
  sentence: `${subject} would save ${grouped(saved)} cycles (${percentText(saved / now)})${although}`,
  words: [`${word} -${roughly(saved / now)}`],
});

/** Cycles of a variant but for its wait for weights. */
function cyclesOf(facts: LayerFacts, variant: Variant): number {
  const { op, config, call } = variant;
  const run = facts.machine.model.cycles(op, config, call);
  return Math.max(run, ...accessCyclesOf(facts, usesOf(facts, variant)).values());
}

function fuseRelu(facts: LayerFacts, now: number): readonly Change[] {
  if (!mayFuseRelu(facts)) return [];
  const variant = { ...unchanged(facts), op: { ...facts.cost, activation: 1 as const } };
  const cyclesSaved = now - cyclesOf(facts, variant);
  if (cyclesSaved < WORTHWHILE * now) return [];
  return [saving('activation', ['a fused ReLU', 'fused ReLU'], cyclesSaved, now)];
}

/** Which channel count is varied: the IFM's, the OFM's, or both at once where they are equal. */
interface Axis {
  readonly name: string;
  readonly channels: number;
  readonly vary: (channels: number) => Variant | undefined;
}

const withDepth = <T extends CostView>(view: T, depth: number): T => ({
  ...view,
  shape: [view.shape[0], view.shape[1], view.shape[2], depth] as const,
});

function axesOf(facts: LayerFacts): readonly Axis[] {
  const { cost, plan, machine, fixedIfm, fixedOfm } = facts;
  if (cost.ofmTransposed || cost.ofmReversed) return [];
  const depth = cost.ofm.shape[3];
  const ifmDepth = cost.ifms[0]!.shape[3];
  const variant = (op: CostOp, weightRatio: number, scaleRatio: number): Variant | undefined => {
    const config = machine.model.findConfig(op, plan.stripeH);
    if (config === undefined) return undefined;
    return { op, config, call: { ...facts.call, ofmC: op.ofm.shape[3] }, weightRatio, scaleRatio };
  };
  const separate = cost.opClass === 'conv' || cost.opClass === 'vector-product';
  if (separate) {
    const ofm: Axis = {
      name: 'OFM channels',
      channels: depth,
      vary: (c) => variant({ ...cost, ofm: withDepth(cost.ofm, c) }, c / depth, c / depth),
    };
    const ifm: Axis = {
      name: 'IFM channels',
      channels: ifmDepth,
      vary: (c) => variant({ ...cost, ifms: cost.ifms.map((v) => withDepth(v, c)) }, c / ifmDepth, 1),
    };
    return [...(fixedOfm ? [] : [ofm]), ...(fixedIfm ? [] : [ifm])];
  }
  const together = cost.opClass === 'depthwise' || cost.opClass === 'pool' || cost.opClass === 'elementwise';
  if (!together || depth !== ifmDepth || fixedIfm || fixedOfm) return [];
  return [
    {
      name: 'channels',
      channels: depth,
      vary: (c) =>
        variant(
          {
            ...cost,
            ofm: withDepth(cost.ofm, c),
            ifms: cost.ifms.map((v) => (v.shape[3] === depth ? withDepth(v, c) : v)),
          },
          c / depth,
          c / depth,
        ),
    },
  ];
}

const turnedView = <T extends CostView>(view: T): T => {
  const [n, h, w, c] = view.shape;
  return { ...view, shape: [n, w, h, c] as const };
};

/** Height and width swapped, for networks over time whose maps have one column: ublocks have more than one. */
function turn(facts: LayerFacts, now: number): readonly Change[] {
  const { cost, call, machine, entry } = facts;
  const { height, width, strideH, strideW, dilationH, dilationW, top, left, bottom, right } = cost.kernel;
  const isColumn = [cost.ofm, ...cost.ifms].every(({ shape }) => shape[2] === 1) && cost.ofm.shape[1] > 1;
  if (!isColumn || entry.place !== undefined || cost.members !== undefined || cost.ofmTransposed) return [];
  const op: CostOp = {
    ...cost,
    ifms: cost.ifms.map(turnedView),
    ofm: turnedView(cost.ofm),
    kernel: {
      height: width,
      width: height,
      strideH: strideW,
      strideW: strideH,
      dilationH: dilationW,
      dilationW: dilationH,
      top: left,
      left: top,
      bottom: right,
      right: bottom,
    },
  };
  const config = machine.model.findConfig(op, 1);
  if (config === undefined) return [];
  const turned = { ...call, ofmH: call.ofmW, ofmW: call.ofmH, ifmH: call.ifmW, ifmW: call.ifmH };
  const cyclesSaved = now - cyclesOf(facts, { op, config, call: turned, weightRatio: 1, scaleRatio: 1 });
  if (cyclesSaved < WORTHWHILE * now) return [];
  const subject = `height and width swapped, a kernel of ${width}x${height} instead of ${height}x${width},`;
  return [saving('turned', [subject, `kernel ${width}x${height}`], cyclesSaved, now)];
}

const unique = (counts: readonly number[]): readonly number[] => [...new Set(counts)];

/** The narrower width that saves most beyond its share of the channels, and the widest that costs nothing. */
function widths(facts: LayerFacts, axis: Axis, now: number): readonly Change[] {
  const { channels, name } = axis;
  const savedBy = (c: number): number => {
    const variant = axis.vary(c);
    return variant === undefined ? -Infinity : now - cyclesOf(facts, variant);
  };
  const changes: Change[] = [];

  let best: { c: number; saved: number; gain: number } | undefined;
  for (const c of unique(STEPS.map((step) => Math.ceil(channels / step - 1) * step))) {
    if (c <= 0) continue;
    const saved = savedBy(c);
    const share = saved / now;
    const removed = (channels - c) / channels;
    const gain = share - removed;
    if (share < WORTHWHILE || share < BARGAIN * removed) continue;
    if (best === undefined || gain > best.gain) best = { c, saved, gain };
  }
  const named = (c: number): readonly [string, string] => [
    `${c} ${name} instead of ${channels}`,
    `${c} ${name}`,
  ];
  if (best !== undefined) changes.push(saving('narrower', named(best.c), best.saved, now));

  const wider = unique(STEPS.map((step) => Math.floor(channels / step + 1) * step))
    .filter((c) => c >= channels * NOTABLY_WIDER)
    .map((c) => ({ c, saved: savedBy(c) }))
    .filter(({ saved }) => now - saved <= now * TOLERANCE);
  const faster = wider.filter(({ saved }) => saved >= WORTHWHILE * now);
  const [widest] = (faster.length > 0 ? faster : wider).sort((a, b) => b.c - a.c);
  if (widest !== undefined) {
    const { c, saved } = widest;
    const [subject, word] = named(c);
    changes.push(
      faster.length > 0
        ? saving('wider', [subject, word], saved, now, ', although wider')
        : {
            kind: 'wider',
            cyclesSaved: saved,
            sentence: `${subject} would take ${saved >= 0 ? 'no longer' : `only ${plural(-saved, 'cycle')} more`}`,
            words: [`${word} as fast`],
          },
    );
  }
  return changes;
}

/**
 * Changes of the layer that would pay by the cost model: a fused ReLU, height and width swapped, and channel counts at
 * which ublocks, bricks or IFM blocks are filled. The layer is taken alone; its wait for weights is left out.
 */
export function changesOf(facts: LayerFacts): readonly Change[] {
  if (!isDesigned(facts)) return [];
  const now = cyclesOf(facts, unchanged(facts));
  return [
    ...fuseRelu(facts, now),
    ...turn(facts, now),
    ...axesOf(facts).flatMap((axis) => widths(facts, axis, now)),
  ];
}
