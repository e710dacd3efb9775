import type { Area } from '../estimate/types.js';
import { AREA_NAMES } from '../estimate/types.js';
import { grouped, percentText, plural, shapeText, shareText } from '../text.js';
import { utilisationOf } from '../theory/utilisation.js';
import { unchanged, usesOf, type Use, type User } from './access.js';
import { PARTS, type Account, type Part } from './account.js';
import { mayFuseRelu } from './designed.js';
import type { LayerExplanation } from './types.js';
import type { LayerFacts } from './facts.js';

/** How users of a memory are called. */
export const USERS: Readonly<Record<User, string>> = {
  ifm: 'IFM',
  ifm2: 'IFM2',
  ofm: 'OFM',
  scratch: 'scratch',
  external: 'other feature maps',
  weights: 'weights',
  'weight copy': 'copy of weights',
  scales: 'scales',
};

/** `3x3`, with stride and dilation where they are not 1; empty for 1×1 without a stride where that says nothing. */
export function kernelText({ cost: { kernel, opClass } }: LayerFacts): string {
  const { height, width, strideH, strideW, dilationH, dilationW } = kernel;
  const plain = height * width * strideH * strideW === 1;
  if (plain && opClass !== 'conv' && opClass !== 'depthwise') return '';
  const pair = (h: number, w: number): string => (h === w ? String(h) : `${h}x${w}`);
  const stride = strideH * strideW > 1 ? ` stride ${pair(strideH, strideW)}` : '';
  const dilation = dilationH * dilationW > 1 ? ` dilation ${pair(dilationH, dilationW)}` : '';
  return `${height}x${width}${stride}${dilation}`;
}

type Named = Pick<LayerExplanation, 'facts' | 'layer'>;

/** `Conv2D 3x3/2`: an operation in few characters. */
export function operationName({ facts, layer }: Named): string {
  const kernel = kernelText(facts).replace(' stride ', '/');
  return kernel === '' ? layer.operator : `${layer.operator} ${kernel}`;
}

/** `Conv2D 3x3/2 8x8x32`: the same with its OFM. */
export const layerName = (named: Named): string =>
  `${operationName(named)} ${shapeText(named.layer.detail!.ofmShape)}`;

const ACTIVATIONS = ['without a fused activation', 'with a fused ReLU', 'with a fused activation'] as const;

/** What ends the operation, as far as its speed depends on it. */
function activationText({ cost, fused }: LayerFacts): string {
  if (cost.activation === 0 && fused.length > 0) return `with a fused ${fused[0]!.operator}`;
  return ACTIVATIONS[cost.activation];
}

/** `1 cycle per OFM element without a fused activation, 0.5 with a ReLU`. */
export function outputRateText(facts: LayerFacts): string {
  const { cost, config, machine } = facts;
  const rate = (activation: 0 | 1 | 2): number => machine.model.outputRate({ ...cost, activation }, config);
  const now = rate(cost.activation);
  const relu = rate(1);
  const unit = now === 1 ? 'cycle' : 'cycles';
  const other = mayFuseRelu(facts) && relu < now ? `, ${relu} with a ReLU` : '';
  return `${now} ${unit} per OFM element ${activationText(facts)}${other}`;
}

function usersText(facts: LayerFacts, uses: readonly Use[]): string {
  const sum = uses.reduce((total, { bytes }) => total + bytes, 0);
  const passes = facts.layer.detail!.weights?.passes ?? 1;
  return uses
    .filter(({ bytes }) => bytes >= 0.05 * sum)
    .map(({ user, bytes }) => {
      const again = user === 'weights' && passes > 1 ? ` in ${grouped(passes)} passes` : '';
      return `${USERS[user]} ${grouped(bytes)} bytes${again}, ${shareText(bytes / sum)}`;
    })
    .join('; ');
}

/** What one memory is busy with: `OFM 6,000 bytes, 60.0%; weights 4,000 bytes in 2 passes, 40.0%`. */
export const memoryText = (facts: LayerFacts, area: Area): string =>
  usersText(
    facts,
    usesOf(facts, unchanged(facts)).filter((use) => use.area === area),
  );

function memoryBound(facts: LayerFacts): string {
  const { layer } = facts;
  const area = layer.detail!.boundBy;
  if (area === 'npu') return '';
  return (
    `${AREA_NAMES[area]}: busy for ${grouped(layer.accessCycles[area])} cycles, the NPU for ` +
    `${grouped(layer.npuCycles)} (${memoryText(facts, area)})`
  );
}

function weightsBound(facts: LayerFacts, waiting: number): string {
  const { system } = facts.machine;
  const encoding = facts.entry.slices!.encoding;
  const bytes = encoding === undefined ? 0 : encoding.allocatedBytes;
  return (
    `the copying of ${grouped(bytes)} bytes of weights and scales at ` +
    `${system.constants.bytesPerCycle} per cycle: ${grouped(waiting)} cycles do not hide behind other work`
  );
}

/** What sets the layer's cycles, in a few words: `output stage, 1 cycle per OFM element without a fused activation`. */
export function boundShort(facts: LayerFacts, { bound, factors }: Account): string {
  const area = facts.layer.detail!.boundBy;
  switch (bound) {
    case 'mac':
      return `MACs, array filled ${percentText(utilisationOf(factors))}`;
    case 'output':
      return `output stage, ${outputRateText(facts)}`;
    case 'memory':
      return area === 'npu' ? PARTS.memory : `${AREA_NAMES[area]}, ${memoryText(facts, area)}`;
    default:
      return PARTS[bound];
  }
}

/** What sets the layer's cycles, in a sentence without its end. */
export function boundText(facts: LayerFacts, { bound, shares }: Account): string {
  const { layer, parts } = facts;
  const cyclesOf = (part: Part): number => shares.find((share) => share.part === part)?.cycles ?? 0;
  const { macCycles: mac, outputCycles: output } = parts;
  const hasMacs = parts.blocks > 0;
  const rate = outputRateText(facts);
  switch (bound) {
    case 'mac':
      return `the MACs: ${grouped(mac)} cycles; the output stage takes ${grouped(output)}, ${rate}`;
    case 'output':
      return !hasMacs
        ? `the output stage: ${rate}`
        : `the output stage: ${grouped(output)} cycles, ${rate}; the MACs take ${grouped(mac)}`;
    case 'scales':
      return `the reading of scales: ${grouped(output)} cycles, the MACs take ${grouped(mac)}`;
    case 'blocks':
      return !hasMacs
        ? `the transfers of its blocks, which the output stage waits for; that one takes ${rate}`
        : `the transfers between its ${plural(Math.ceil(parts.blocks), 'block')}; the MACs take ${grouped(mac)}`;
    case 'ends':
      return `the transfers before the first block and after the last: ${grouped(cyclesOf('ends'))} cycles`;
    case 'copy':
      return 'the reading and writing of its feature maps';
    case 'columns':
      return `the ${plural(facts.cost.ifms[1]!.shape[2], 'column')} of IFM2, each multiplied and added up by itself`;
    case 'weights':
      return weightsBound(facts, cyclesOf('weights'));
    case 'table':
      return `the loading of its table: ${grouped(cyclesOf('table'))} cycles`;
    case 'memory':
      return memoryBound(facts);
    default:
      return `${PARTS[bound]}: ${grouped(layer.cycles)} cycles`;
  }
}
