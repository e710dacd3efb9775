import { utilisationOf } from '../theory/utilisation.js';
import { grouped, percentText, plural } from '../text.js';
import { PARTS, type Part } from './account.js';
import type { LayerExplanation } from './explain.js';
import { unchanged, usesOf, type User } from './access.js';
import { boundShort, memoryText, USERS } from './words.js';

/** `3.77 times fewer`, `6.2% more`, `as many`: B relative to A. */
export function relativeText(a: number, b: number, fewer: string, more: string, equal: string): string {
  if (a === b) return equal;
  if (a === 0 || b === 0) return `${grouped(b)} instead of ${grouped(a)}`;
  const ratio = b > a ? b / a : a / b;
  const word = b > a ? more : fewer;
  if (ratio >= 2) return `${Number(ratio.toPrecision(3))} times ${word}`;
  const share = b > a ? ratio - 1 : 1 - 1 / ratio;
  return `${Number((share * 100).toPrecision(2))}% ${word}`;
}

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

function macReason(a: LayerExplanation, b: LayerExplanation): string {
  const macs = relativeText(a.layer.macs, b.layer.macs, 'fewer MACs', 'more MACs', 'as many MACs');
  const factors = factorChanges(a, b);
  const rates = [a, b].map(({ account }) => percentText(utilisationOf(account.factors)));
  const array =
    factors.length === 0 ? '' : `, array filled ${rates[0]} -> ${rates[1]} (${factors.join(', ')})`;
  return `${macs}${array}`;
}

/** The user of a memory whose bytes differ most; empty where none differ. */
function trafficReason(a: LayerExplanation, b: LayerExplanation): readonly string[] {
  const bytesOf = ({ facts }: LayerExplanation, user: User): number =>
    usesOf(facts, unchanged(facts))
      .filter((use) => use.user === user)
      .reduce((sum, { bytes }) => sum + bytes, 0);
  const changed = (Object.keys(USERS) as User[])
    .map((user) => ({ user, from: bytesOf(a, user), to: bytesOf(b, user) }))
    .filter(({ from, to }) => from !== to)
    .sort((x, y) => Math.abs(y.to - y.from) - Math.abs(x.to - x.from));
  const [most] = changed;
  return most === undefined
    ? []
    : [`${USERS[most.user]} ${grouped(most.from)} -> ${grouped(most.to)} bytes moved`];
}

/** Why a layer of B takes another time than the layer of A that does the same. */
function pairReason(a: LayerExplanation, b: LayerExplanation): string {
  const difference = b.layer.cycles - a.layer.cycles;
  const sentences: string[] = [];
  if (a.layer.macs !== b.layer.macs) sentences.push(macReason(a, b));
  if (difference === 0) return [...sentences, 'as many cycles', ...trafficReason(a, b)].join('; ');
  const part = leadingPart(a, b);
  if (part !== undefined) {
    sentences.push(`${PARTS[part]} ${grouped(cyclesOf(a, part))} -> ${grouped(cyclesOf(b, part))} cycles`);
    if (part === 'memory') {
      const area = (difference > 0 ? b : a).layer.detail!.boundBy;
      if (area !== 'npu') {
        sentences.push(`in A ${memoryText(a.facts, area)}`, `in B ${memoryText(b.facts, area)}`);
      }
    }
  }
  const passesA = a.layer.detail!.weights?.passes ?? 0;
  const passesB = b.layer.detail!.weights?.passes ?? 0;
  if (passesA !== passesB && passesA * passesB > 0) {
    sentences.push(`weights read in ${plural(passesA, 'pass', 'passes')} -> ${grouped(passesB)}`);
  }
  if (a.account.bound !== b.account.bound) {
    sentences.push(`bound by ${boundShort(b.facts, b.account)}, not ${PARTS[a.account.bound]}`);
  }
  if (part !== 'memory') sentences.push(...trafficReason(a, b));
  return sentences.join('; ');
}

const total = (layers: readonly LayerExplanation[], value: (layer: LayerExplanation) => number): number =>
  layers.reduce((sum, layer) => sum + value(layer), 0);

/** Layers of which each is described. */
const DESCRIBED = 4;

/** Each layer with what bounds it; of many layers how many are bound by what, most cycles first. */
function boundsText(layers: readonly LayerExplanation[]): string {
  if (layers.length <= DESCRIBED) {
    return layers
      .map(({ layer, facts, account }) => `${layer.operator} bound by ${boundShort(facts, account)}`)
      .join('; ');
  }
  const bounds = new Map<Part, { count: number; cycles: number }>();
  for (const { layer, account } of layers) {
    const { count, cycles } = bounds.get(account.bound) ?? { count: 0, cycles: 0 };
    bounds.set(account.bound, { count: count + 1, cycles: cycles + layer.cycles });
  }
  return [...bounds]
    .sort(([, a], [, b]) => b.cycles - a.cycles)
    .map(([part, { count }]) => `${grouped(count)} bound by ${PARTS[part]}`)
    .join(', ');
}

/** Why the layers of B that stand in the place of those of A take another time. */
export function reasonText(a: readonly LayerExplanation[], b: readonly LayerExplanation[]): string {
  const [first] = a;
  const [second] = b;
  if (second === undefined) return `${plural(a.length, 'operator')} less: ${boundsText(a)}`;
  if (first === undefined) return `${plural(b.length, 'operator')} more: ${boundsText(b)}`;
  if (a.length === 1 && b.length === 1) return pairReason(first, second);
  const macsA = total(a, ({ layer }) => layer.macs);
  const macsB = total(b, ({ layer }) => layer.macs);
  const macs = relativeText(macsA, macsB, 'fewer MACs', 'more MACs', 'as many MACs');
  const rate = (layers: readonly LayerExplanation[], count: number): string => {
    const { peakMacs } = layers[0]!.facts.machine.hardware;
    const cycles = total(layers, ({ layer }) => layer.cycles);
    return percentText(count / (cycles * peakMacs));
  };
  return `${macs}, at ${rate(b, macsB)} of the peak instead of ${rate(a, macsA)}; ${boundsText(b)}`;
}
