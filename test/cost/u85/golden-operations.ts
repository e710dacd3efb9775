import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { activationClassOf, opClassOf, type CostOp, type CostView } from '../../../src/cost/operation.js';
import type { ExternalMap, GroupMember } from '../../../src/cost/operation.js';
import type { OpKind, Shape4 } from '../../../src/lowering/operations.js';
import type { WeightArray } from '../../../src/weights/weight-array.js';
import type { Memory, MemoryName } from '../../../src/npu/system.js';
import { U85_ACCELERATORS, type U85Accelerator } from '../../../src/npu/u85-tables.js';

const BITS: Readonly<Record<string, number>> = {
  Int8: 8,
  UInt8: 8,
  Bool: 8,
  Int16: 16,
  Int32: 32,
  Int64: 64,
};

interface MapDetail {
  readonly shape: Shape4;
  readonly slice_shape?: Shape4;
  readonly type: string;
  readonly format: CostView['format'];
  readonly memory: MemoryName;
  readonly constant?: boolean;
  /** Internal to a group. */
  readonly fused?: boolean;
}

/** The part of a reference layer's `detail` that the cost model reads or reproduces. */
export interface LayerDetail {
  readonly fused_into_previous?: boolean;
  readonly ifm: MapDetail;
  readonly ifm2?: MapDetail;
  readonly ofm: MapDetail;
  readonly kernel?: {
    readonly size_hw: readonly [number, number];
    readonly stride_hw: readonly [number, number];
    readonly dilation_hw: readonly [number, number];
  };
  readonly weights?: {
    readonly source_bytes: number;
    readonly weight_bytes: number;
    readonly scale_bytes: number;
    readonly allocated_bytes: number;
    readonly range_bytes: readonly number[];
    readonly distinct: number;
    readonly zeros: number;
    readonly format: string;
    readonly memory: MemoryName;
    readonly buffered: { readonly memory: MemoryName; readonly prebuffer: boolean } | null;
  };
  readonly depth_slices: readonly number[];
  readonly stripe: Shape4;
  readonly schedule_estimate: {
    readonly op_cycles: number;
    readonly ifm_read_bytes: number;
    readonly ifm_read_cycles: number;
  };
  readonly config: {
    readonly ofm_block: readonly number[];
    readonly ifm_block: readonly number[];
    readonly traversal: string;
    readonly accumulator: string;
    readonly ublock: readonly number[];
  };
  readonly weight_decode: { readonly decode: number; readonly decode_or_fetch: number } | null;
  readonly elements: Readonly<Record<string, number>>;
  readonly bytes?: Readonly<Record<string, number>>;
  readonly memory: Readonly<Partial<Record<MemoryName, { readonly cycles: number }>>>;
  readonly cycles: Readonly<Record<string, number>>;
}

interface Layer {
  readonly 'NNG Operator': OpKind;
  readonly detail: LayerDetail;
}

interface Golden {
  readonly accelerator: string;
  readonly layers: readonly Layer[];
  readonly network_detail?: {
    readonly memories: Readonly<Record<string, Readonly<Record<string, number>>>>;
    readonly roles: {
      readonly constants: MemoryName;
      readonly feature_maps: MemoryName;
      readonly staging: MemoryName;
    };
  };
}

/** One group of a reference run, as the cost model takes it. */
export interface GoldenOperation {
  /** File and layer, for messages. */
  readonly where: string;
  readonly acc: U85Accelerator;
  readonly op: CostOp;
  readonly detail: LayerDetail;
  /** Details of the sub-operations, in order. */
  readonly subs: readonly LayerDetail[];
  readonly memory: (name: MemoryName) => Memory;
  readonly roles: NonNullable<Golden['network_detail']>['roles'];
  /** Memory of each of the operation's externals. */
  readonly externalMemories: readonly MemoryName[];
}

const viewOf = (map: MapDetail): CostView => ({
  shape: map.slice_shape ?? map.shape,
  bits: BITS[map.type]!,
  format: map.format,
  constant: map.constant === true,
});

const bitsOf = (map: MapDetail): number => BITS[map.type]!;

const PORTS = ['ifm', 'ifm2', 'ofm'] as const;

/** Stands for weights of which only the encoded size matters. */
const SOME_WEIGHTS: WeightArray = {
  key: '',
  shape: [1, 1, 1, 1],
  depthwise: false,
  predicted: false,
  values: () => new Int16Array(0),
};

function memberOf(layers: readonly Layer[], i: number, last: boolean): GroupMember {
  const { detail } = layers[i]!;
  const next = layers[i + 1]?.detail;
  const handedOn = last ? detail.ofm : [next?.ifm, next?.ifm2].find((map) => map?.fused === true)!;
  return { kind: layers[i]!['NNG Operator'], ifmBits: bitsOf(detail.ifm), ofmBits: bitsOf(handedOn) };
}

function operationAt(layers: readonly Layer[], first: number, end: number): [CostOp, MemoryName[]] {
  const { detail } = layers[first]!;
  const kind = layers[first]!['NNG Operator'];
  const members: GroupMember[] = [];
  const externals: ExternalMap[] = [];
  const memories: MemoryName[] = [];
  for (let i = first; i < end; i++) {
    members.push(memberOf(layers, i, i === end - 1));
    if (i === first) continue;
    const sub = layers[i]!.detail;
    const port = PORTS.find((p) => sub[p] !== undefined && sub[p].fused !== true);
    if (port === undefined) continue;
    externals.push({ member: i - first, port, view: viewOf(sub[port]!) });
    memories.push(sub[port]!.memory);
  }
  const kernel = detail.kernel;
  const op: CostOp = {
    kind,
    opClass: opClassOf(kind),
    kernel: {
      height: kernel?.size_hw[0] ?? 1,
      width: kernel?.size_hw[1] ?? 1,
      strideH: kernel?.stride_hw[0] ?? 1,
      strideW: kernel?.stride_hw[1] ?? 1,
      dilationH: kernel?.dilation_hw[0] ?? 1,
      dilationW: kernel?.dilation_hw[1] ?? 1,
      top: 0,
      left: 0,
      bottom: 0,
      right: 0,
    },
    upscale: 'none',
    scaled: bitsOf(detail.ifm) !== 32,
    ifms: [detail.ifm, detail.ifm2].filter((map) => map !== undefined).map(viewOf),
    ofm: viewOf(detail.ofm),
    ofmTransposed: false,
    ofmReversed: false,
    activation: activationClassOf(undefined),
    usesLut: false,
    lutBytes: 0,
    weights: detail.weights && SOME_WEIGHTS,
    members,
    externals,
  };
  return [op, memories];
}

function* operationsOf(path: string, file: string): Generator<GoldenOperation> {
  const golden = JSON.parse(readFileSync(path, 'utf8')) as Golden;
  const { layers, network_detail: network } = golden;
  // Not every run tells what each operation was made of.
  if (network === undefined) return;
  const memories = new Map<string, Memory>(
    Object.entries(network.memories).map(([name, m]) => [
      name,
      {
        name: name as MemoryName,
        bytesPerCycle: Math.fround(m['bytes_per_cycle']!),
        readLatency: m['read_latency']!,
        writeLatency: m['write_latency']!,
        burstLength: m['burst_bytes']!,
        portsUsed: m['ports']!,
        maxReads: m['max_reads']!,
        maxWrites: m['max_writes']!,
      },
    ]),
  );
  for (let first = 0; first < layers.length;) {
    let end = first + 1;
    while (layers[end]?.detail.fused_into_previous === true) end++;
    const [op, externalMemories] = operationAt(layers, first, end);
    yield {
      where: `${file} layer ${first} ${op.kind}`,
      acc: U85_ACCELERATORS.get(golden.accelerator)!,
      op,
      detail: layers[first]!.detail,
      subs: layers.slice(first + 1, end).map((layer) => layer.detail),
      memory: (name) => memories.get(name)!,
      roles: network.roles,
      externalMemories,
    };
    first = end;
  }
}

/** Every operation of every Ethos-U85 run below a folder of reference figures. */
export function* goldenOperations(folder: string): Generator<GoldenOperation> {
  for (const model of readdirSync(folder, { withFileTypes: true })) {
    if (!model.isDirectory()) continue;
    for (const file of readdirSync(join(folder, model.name))) {
      if (file.startsWith('ethos-u85')) {
        yield* operationsOf(join(folder, model.name, file), `${model.name}/${file}`);
      }
    }
  }
}
