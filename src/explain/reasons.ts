import { utilisationOf } from '../theory/utilisation.js';
import { grouped, percentText, plural, signed } from '../text.js';
import { PARTS, type Part } from './account.js';
import type { LayerExplanation } from './types.js';
import { unchanged, usesOf, type User } from './access.js';
import { boundChange, boundNames, roughly } from './few-words.js';
import type { Finding } from './finding.js';
import { boundShort, memoryText, USERS } from './words.js';

/**
 * `3.77 times fewer`, `6.2% more`, `as many`: B relative to A.
 * @param times what follows a factor
 */
export function relativeText(
  a: number,
  b: number,
  fewer: string,
  more: string,
  equal: string,
  times = ' times',
): string {
  if (a === b) return equal;
  if (a === 0 || b === 0) return `${grouped(b)} instead of ${grouped(a)}`;
  const ratio = b > a ? b / a : a / b;
  const word = b > a ? more : fewer;
  if (ratio >= 2) return `${Number(ratio.toPrecision(3))}${times} ${word}`;
  const share = b > a ? ratio - 1 : 1 - 1 / ratio;
  return `${Number((share * 100).toPrecision(2))}% ${word}`;
}

/** How many more or fewer MACs; without words where there are as many. */
export const macsFinding = (a: number, b: number): Finding => ({
  sentence: relativeText(a, b, 'fewer MACs', 'more MACs', 'as many MACs'),
  words: a === b ? [] : [relativeText(a, b, 'fewer MACs', 'more MACs', '', 'x')],
});

/** Fewer MACs are no reason for more cycles, nor more for fewer. */
export const isReason = (macsA: number, macsB: number, cyclesA: number, cyclesB: number): boolean =>
  Math.sign(macsB - macsA) === Math.sign(cyclesB - cyclesA);

const cyclesOf = ({ account }: LayerExplanation, part: Part): number =>
  account.shares.find((share) => share.part === part)?.cycles ?? 0;

/** The part of the cycles whose change is greatest in the direction of the whole change. */
function leadingPart(a: LayerExplanation, b: LayerExplanation): Part | undefined {
  const sign = Math.sign(b.layer.cycles - a.layer.cycles);
  let leading: Part | undefined;
  let most = 0;
  for (const part of Object.keys(PARTS) as Part[]) {
    const change = sign * (cyclesOf(b, part) - cyclesOf(a, part));
    if (change > most) {
      leading = part;
      most = change;
    }
  }
  return leading;
}

/** Factors of the MAC array whose values differ. */
function factorChanges(a: LayerExplanation, b: LayerExplanation): readonly string[] {
  const before = new Map(a.account.factors.map(({ name, value }) => [name, value]));
  return b.account.factors.flatMap(({ name, value }) => {
    const old = before.get(name) ?? 1;
    return Math.abs(old - value) < 1e-9 ? [] : [`${name} ${percentText(old)} -> ${percentText(value)}`];
  });
}

function macReason(a: LayerExplanation, b: LayerExplanation): Finding {
  const found = macsFinding(a.layer.macs, b.layer.macs);
  const told = isReason(a.layer.macs, b.layer.macs, a.layer.cycles, b.layer.cycles);
  const macs = told ? found : { ...found, words: [] };
  const factors = factorChanges(a, b);
  if (factors.length === 0) return macs;
  const rates = [a, b].map(({ account }) => utilisationOf(account.factors));
  const filled = rates.map(percentText).join(' -> ');
  return {
    sentence: `${macs.sentence}, array filled ${filled} (${factors.join(', ')})`,
    words: told ? [...macs.words, `array ${rates.map(roughly).join(' -> ')}`] : [],
  };
}

/** The user of a memory whose bytes differ most; empty where none differ. */
function trafficReason(a: LayerExplanation, b: LayerExplanation): readonly Finding[] {
  const bytesOf = ({ facts }: LayerExplanation, user: User): number =>
    usesOf(facts, unchanged(facts))
      .filter((use) => use.user === user)
      .reduce((sum, { bytes }) => sum + bytes, 0);
  return (Object.keys(USERS) as User[])
    .map((user) => ({ user, from: bytesOf(a, user), to: bytesOf(b, user) }))
    .filter(({ from, to }) => from !== to)
    .sort((x, y) => Math.abs(y.to - y.from) - Math.abs(x.to - x.from))
    .slice(0, 1)
    .map(({ user, from, to }) => ({
      sentence: `${USERS[user]} ${grouped(from)} -> ${grouped(to)} bytes moved`,
      words: [`${USERS[user]} ${signed(to - from)} bytes`],
    }));
}

/** What a sentence says of the memory that one of two layers waits for. */
const memoryFindings = (a: LayerExplanation, b: LayerExplanation): readonly Finding[] => {
  const area = (b.layer.cycles > a.layer.cycles ? b : a).layer.detail!.boundBy;
  if (area === 'npu') return [];
  return [`in A ${memoryText(a.facts, area)}`, `in B ${memoryText(b.facts, area)}`].map((sentence) => ({
    sentence,
    words: [],
  }));
};

/** Why a layer of B takes another time than the layer of A that does the same. */
function pairReason(a: LayerExplanation, b: LayerExplanation): readonly Finding[] {
  const findings: Finding[] = [];
  if (a.layer.macs !== b.layer.macs) findings.push(macReason(a, b));
  if (a.layer.cycles === b.layer.cycles)
    return [...findings, { sentence: 'as many cycles', words: [] }, ...trafficReason(a, b)];
  const part = leadingPart(a, b);
  if (part !== undefined) {
    const [from, to] = [cyclesOf(a, part), cyclesOf(b, part)];
    findings.push({
      sentence: `${PARTS[part]} ${grouped(from)} -> ${grouped(to)} cycles`,
      words: [`${PARTS[part]} ${signed(to - from)}`],
    });
    if (part === 'memory') findings.push(...memoryFindings(a, b));
  }
  const passesA = a.layer.detail!.weights?.passes ?? 0;
  const passesB = b.layer.detail!.weights?.passes ?? 0;
  if (passesA !== passesB && passesA * passesB > 0) {
    findings.push({
      sentence: `weights read in ${plural(passesA, 'pass', 'passes')} -> ${grouped(passesB)}`,
      words: [`passes ${grouped(passesA)} -> ${grouped(passesB)}`],
    });
  }
  if (a.account.bound !== b.account.bound) {
    findings.push({
      sentence: `bound by ${boundShort(b.facts, b.account)}, not ${PARTS[a.account.bound]}`,
      words: boundChange([a], [b]),
    });
  }
  if (part !== 'memory') findings.push(...trafficReason(a, b));
  return findings;
}

const total = (layers: readonly LayerExplanation[], value: (layer: LayerExplanation) => number): number =>
  layers.reduce((sum, layer) => sum + value(layer), 0);

/** Layers of which each is described. */
const DESCRIBED = 4;

/** Each layer with what bounds it; of many layers how many are bound by what, most cycles first. */
function boundsFinding(layers: readonly LayerExplanation[]): Finding {
  const words = [`bound by ${boundNames(layers)}`];
  if (layers.length <= DESCRIBED) {
    const each = layers.map(
      ({ layer, facts, account }) => `${layer.operator} bound by ${boundShort(facts, account)}`,
    );
    return { sentence: each.join('; '), words };
  }
  const bounds = new Map<Part, { count: number; cycles: number }>();
  for (const { layer, account } of layers) {
    const { count, cycles } = bounds.get(account.bound) ?? { count: 0, cycles: 0 };
    bounds.set(account.bound, { count: count + 1, cycles: cycles + layer.cycles });
  }
  const sentence = [...bounds]
    .sort(([, a], [, b]) => b.cycles - a.cycles)
    .map(([part, { count }]) => `${grouped(count)} bound by ${PARTS[part]}`)
    .join(', ');
  return { sentence, words };
}

/** Layers that only one of the networks has. */
const loneReason = (layers: readonly LayerExplanation[], word: 'less' | 'more'): readonly Finding[] => {
  const bounds = boundsFinding(layers);
  return [
    {
      sentence: `${plural(layers.length, 'operator')} ${word}: ${bounds.sentence}`,
      words: [`${grouped(layers.length)} ${word}`, ...bounds.words],
    },
  ];
};

/** Why the layers of B that stand in the place of those of A take another time. */
export function reasonsFor(
  a: readonly LayerExplanation[],
  b: readonly LayerExplanation[],
): readonly Finding[] {
  const [first] = a;
  const [second] = b;
  if (second === undefined) return loneReason(a, 'less');
  if (first === undefined) return loneReason(b, 'more');
  if (a.length === 1 && b.length === 1) return pairReason(first, second);
  const macsA = total(a, ({ layer }) => layer.macs);
  const macsB = total(b, ({ layer }) => layer.macs);
  const macs = macsFinding(macsA, macsB);
  const rate = (layers: readonly LayerExplanation[], count: number): number => {
    const { peakMacs } = layers[0]!.facts.machine.hardware;
    return count / (total(layers, ({ layer }) => layer.cycles) * peakMacs);
  };
  const [rateA, rateB] = [rate(a, macsA), rate(b, macsB)];
  const filled = `${roughly(rateB)} of peak, not ${roughly(rateA)}`;
  const cycles = [a, b].map((layers) => total(layers, ({ layer }) => layer.cycles)) as [number, number];
  return [
    {
      sentence: `${macs.sentence}, at ${percentText(rateB)} of the peak instead of ${percentText(rateA)}`,
      words: isReason(macsA, macsB, ...cycles) ? [...macs.words, filled] : [filled, ...macs.words],
    },
    { ...boundsFinding(b), words: boundChange(a, b) },
  ];
}
