import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadNetwork } from '../../src/graph/load.js';
import type { Network } from '../../src/graph/network.js';
import { lower } from '../../src/lowering/lower.js';
import { denseMacCountU85, macCount } from '../../src/lowering/macs.js';
import type { LoweredOp, View } from '../../src/lowering/operations.js';
import type { LoweringFamily } from '../../src/lowering/target.js';

/** One row of a golden file, as far as lowering decides it. */
export interface GoldenRow {
  readonly 'Original Operator': string;
  readonly 'NNG Operator': string;
  readonly Target: string;
  readonly 'MAC Count': number;
  readonly Name: string;
  readonly repeat?: number;
  readonly detail?: GoldenDetail;
}

export interface GoldenMap {
  readonly tensor?: string;
  readonly shape: readonly number[];
  readonly slice_shape?: readonly number[];
  readonly slice_offset?: readonly number[];
  readonly storage_shape?: readonly number[];
  readonly type: string;
  readonly graph_input?: boolean;
  readonly graph_output?: boolean;
  readonly constant?: boolean;
  readonly resampling?: number;
}

export interface GoldenDetail {
  readonly fused_into_previous?: boolean;
  readonly ifm?: GoldenMap;
  readonly ifm2?: GoldenMap;
  readonly ofm?: GoldenMap;
  readonly lut?: GoldenMap;
  readonly kernel?: {
    readonly size_hw: readonly number[];
    readonly stride_hw: readonly number[];
    readonly dilation_hw: readonly number[];
    readonly pad_tlbr: readonly number[];
  };
}

/** A row of the lowered network in report order. */
export interface Row {
  readonly op: LoweredOp;
  readonly sub: boolean;
  readonly macs: number;
}

/** Primaries with their sub-operations after them. */
export function rowsOf(ops: readonly LoweredOp[], family: LoweringFamily): Row[] {
  const count = family === 'u85' ? denseMacCountU85 : macCount;
  return ops.flatMap((op) => [
    { op, sub: false, macs: op.target === 'CPU' ? 0 : count(op) },
    ...op.subs.map((sub) => ({ op: sub, sub: true, macs: 0 })),
  ]);
}

/** Rows of a golden file, repeated ones written out. */
export function goldenRows(path: string): GoldenRow[] {
  const { layers } = JSON.parse(readFileSync(path, 'utf8')) as { layers: GoldenRow[] };
  return layers.flatMap((layer) => new Array<GoldenRow>(layer.repeat ?? 1).fill(layer));
}

/** Golden file of a model for an accelerator (Performance, the first system in alphabetical order). */
export function goldenFile(folder: string, model: string, accelerator: string): string | undefined {
  const directory = join(folder, model);
  if (!existsSync(directory)) return undefined;
  const file = readdirSync(directory)
    .sort()
    .find((name) => name.startsWith(`${accelerator}__`) && name.endsWith('__Performance.json'));
  return file === undefined ? undefined : join(directory, file);
}

/** Networks of a folder by model name. */
export function modelNames(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.tflite'))
    .map((name) => name.slice(0, -'.tflite'.length))
    .sort();
}

export const loadModel = (folder: string, model: string): Network =>
  loadNetwork(join(folder, `${model}.tflite`)).network;

/** Lowers with a block that is the whole OFM unless `blockOf` says otherwise. */
export const lowerFor = (
  network: Network,
  family: LoweringFamily,
  blockOf: (op: LoweredOp) => readonly [number, number, number] = (op) => {
    const size = op.ofms[0]!.slice?.shape ?? op.ofms[0]!.shape;
    return [size[1], size[2], size[3]];
  },
): readonly LoweredOp[] => lower(network, { family, blockOf }).ops;

/** U85 counts half of a convolution's multiplications when it takes a 2:4 sparse format, which lowering does not know. */
const mayBeSparse = (op: LoweredOp): boolean => op.kind === 'Conv2D' || op.kind === 'FullyConnected';

/** Differences in the report columns, as readable lines. */
export function reportDifferences(rows: readonly Row[], golden: readonly GoldenRow[]): string[] {
  const lines: string[] = [];
  const length = Math.max(rows.length, golden.length);
  for (let i = 0; i < length; i++) {
    const mine = rows[i];
    const theirs = golden[i];
    const a = mine && [
      mine.op.original,
      mine.op.kind,
      mine.op.target,
      mine.macs,
      mine.op.ofms[0]?.tensor.name,
    ];
    const b = theirs && [
      theirs['Original Operator'],
      theirs['NNG Operator'],
      theirs.Target,
      theirs['MAC Count'],
      theirs.Name,
    ];
    if (
      a !== undefined &&
      theirs !== undefined &&
      mayBeSparse(mine!.op) &&
      a[3] === 2 * theirs['MAC Count']
    ) {
      a[3] = theirs['MAC Count'];
    }
    if (a !== undefined && theirs?.Name.startsWith('#')) a[4] = theirs.Name;
    if (JSON.stringify(a) !== JSON.stringify(b))
      lines.push(`${i}: ${JSON.stringify(a)} instead of ${JSON.stringify(b)}`);
  }
  return lines;
}

const mapOf = (view: View | undefined, own: string): Partial<GoldenMap> | undefined => {
  if (view === undefined) return undefined;
  const { tensor, shape, slice } = view;
  return {
    ...(tensor.name === own || tensor.constant !== undefined ? {} : { tensor: tensor.name }),
    shape,
    ...(slice === undefined ? {} : { slice_shape: slice.shape, slice_offset: slice.offset }),
    ...(String(tensor.shape) === String(shape) ? {} : { storage_shape: tensor.shape }),
    type: tensor.type,
    ...(tensor.graphInput ? { graph_input: true } : {}),
    ...(tensor.graphOutput ? { graph_output: true } : {}),
    ...(tensor.constant === undefined ? {} : { constant: true }),
  };
};

const MAP_KEYS = [
  'shape',
  'slice_shape',
  'slice_offset',
  'storage_shape',
  'type',
  'graph_input',
  'graph_output',
  'constant',
] as const;

const goldenMap = (map: GoldenMap | undefined): Record<string, unknown> | undefined => {
  if (map === undefined) return undefined;
  const kept: Record<string, unknown> = {};
  if (map.tensor !== undefined && map.constant !== true) kept['tensor'] = map.tensor;
  for (const key of MAP_KEYS) {
    if (map[key] !== undefined) kept[key] = key === 'type' ? map.type.toLowerCase() : map[key];
  }
  return kept;
};

/** Differences in the details of rows: grouping, feature maps, kernels. */
export function detailDifferences(rows: readonly Row[], golden: readonly GoldenRow[]): string[] {
  const lines: string[] = [];
  golden.forEach((row, i) => {
    const { detail } = row;
    const mine = rows[i];
    if (detail === undefined || mine === undefined) return;
    const { op } = mine;
    const { kernel: k } = op;
    const name = op.ofms[0]?.tensor.name ?? '';
    const a = {
      sub: mine.sub,
      ifm: mapOf(op.ifms[0], name),
      ifm2: mapOf(op.ifms[1], name),
      ofm: mapOf(op.ofms[0], name),
      lut: op.lut?.bytes,
      kernel: mine.sub
        ? undefined
        : [
            k.height,
            k.width,
            k.strideH,
            k.strideW,
            k.dilationH,
            k.dilationW,
            k.top,
            k.left,
            k.bottom,
            k.right,
          ],
      up: op.upscale,
    };
    const d = detail.kernel;
    const b = {
      sub: detail.fused_into_previous === true,
      ifm: goldenMap(detail.ifm),
      ifm2: goldenMap(detail.ifm2),
      ofm: goldenMap(detail.ofm),
      lut:
        detail.lut === undefined
          ? undefined
          : (detail.lut.shape[3] ?? 0) * (detail.lut.type === 'Int32' ? 4 : 1),
      kernel: d && [...d.size_hw, ...d.stride_hw, ...d.dilation_hw, ...d.pad_tlbr],
      up: detail.ifm?.resampling === 1 ? 'nearest' : detail.ifm?.resampling === 2 ? 'zeros' : 'none',
    };
    if (JSON.stringify(a) !== JSON.stringify(b))
      lines.push(`${i} ${op.kind}\n  ${JSON.stringify(a)}\n  ${JSON.stringify(b)}`);
  });
  return lines;
}
