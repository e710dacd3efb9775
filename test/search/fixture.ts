import type {
  Constant,
  ElementType,
  Graph,
  Network,
  Operator,
  OptionValue,
  Tensor,
} from '../../src/graph/network.js';
import { FIGURES, type DesignFigures } from '../../search/evaluate/figures.js';
import type { System } from '../../src/npu/system.js';
import { buildSpace, chooseSystems } from '../../search/space/build-space.js';
import { parseSpaceFile } from '../../search/space/space-file.js';
import type { Space, SystemChoice } from '../../search/space/space.js';

const q = { scales: [0.05], zeroPoints: [0], axis: 0 };

/** Builds small networks operator by operator; feature maps are int8, N, H, W, C. */
export class NetworkBuilder {
  readonly tensors: Tensor[] = [];
  readonly operators: Operator[] = [];
  readonly inputs: number[] = [];

  map(shape: readonly number[], name = `t${this.tensors.length}`, type: ElementType = 'int8'): number {
    return this.tensors.push({ name, type, shape, quantisation: q, variable: false }) - 1;
  }

  input(shape: readonly number[]): number {
    const t = this.map(shape, 'input');
    this.inputs.push(t);
    return t;
  }

  constant(shape: readonly number[], type: ElementType, constant: Constant, scales = 1): number {
    const quantisation = {
      scales: new Array<number>(scales).fill(0.01),
      zeroPoints: new Array<number>(scales).fill(0),
      axis: 0,
    };
    return (
      this.tensors.push({
        name: `c${this.tensors.length}`,
        type,
        shape,
        quantisation,
        constant,
        variable: false,
      }) - 1
    );
  }

  shapeOf(t: number): readonly number[] {
    return this.tensors[t]!.shape!;
  }

  operator(
    kind: string,
    inputs: readonly number[],
    outputs: readonly number[],
    options: Record<string, OptionValue> = {},
  ): number {
    this.operators.push({ kind, inputs, outputs, intermediates: [], options, origin: this.operators.length });
    return outputs[0]!;
  }

  conv(x: number, filters: number, kernel = 3, stride = 1, activation = 'RELU'): number {
    const [n, h, w, c] = this.shapeOf(x) as [number, number, number, number];
    const weights = this.constant(
      [filters, kernel, kernel, c],
      'int8',
      { bytes: new Uint8Array(filters * kernel * kernel * c) },
      filters,
    );
    const bias = this.constant([filters], 'int32', { bytes: new Uint8Array(4 * filters) }, filters);
    const y = this.map([n, Math.ceil(h / stride), Math.ceil(w / stride), filters]);
    return this.operator('CONV_2D', [x, weights, bias], [y], {
      padding: 'SAME',
      stride_w: stride,
      stride_h: stride,
      fused_activation_function: activation,
      dilation_w_factor: 1,
      dilation_h_factor: 1,
    });
  }

  depthwise(x: number, kernel = 3): number {
    const c = this.shapeOf(x)[3]!;
    const weights = this.constant([1, kernel, kernel, c], 'int8', {
      bytes: new Uint8Array(kernel * kernel * c),
    });
    const bias = this.constant([c], 'int32', { bytes: new Uint8Array(4 * c) }, c);
    const y = this.map(this.shapeOf(x));
    return this.operator('DEPTHWISE_CONV_2D', [x, weights, bias], [y], {
      padding: 'SAME',
      stride_w: 1,
      stride_h: 1,
      depth_multiplier: 1,
      fused_activation_function: 'RELU',
      dilation_w_factor: 1,
      dilation_h_factor: 1,
    });
  }

  add(a: number, b: number): number {
    return this.operator('ADD', [a, b], [this.map(this.shapeOf(a))], { fused_activation_function: 'NONE' });
  }

  poolAll(x: number): number {
    const [n, h, w, c] = this.shapeOf(x) as [number, number, number, number];
    return this.operator('AVERAGE_POOL_2D', [x], [this.map([n, 1, 1, c])], {
      padding: 'VALID',
      stride_w: w,
      stride_h: h,
      filter_width: w,
      filter_height: h,
      fused_activation_function: 'NONE',
    });
  }

  flatten(x: number): number {
    const shape = this.shapeOf(x);
    const features = shape.reduce((p, d) => p * d, 1);
    const bytes = new Uint8Array(Int32Array.of(-1, features).buffer);
    return this.operator('RESHAPE', [x, this.constant([2], 'int32', { bytes })], [this.map([1, features])], {
      new_shape: [-1, features],
    });
  }

  dense(x: number, units: number): number {
    const [n, features] = this.shapeOf(x) as [number, number];
    const weights = this.constant([units, features], 'int8', { bytes: new Uint8Array(units * features) });
    const bias = this.constant([units], 'int32', { bytes: new Uint8Array(4 * units) });
    return this.operator('FULLY_CONNECTED', [x, weights, bias], [this.map([n, units])], {
      fused_activation_function: 'NONE',
      weights_format: 'DEFAULT',
      keep_num_dims: false,
    });
  }

  network(outputs: readonly number[], name = 'small'): Network {
    const graph: Graph = {
      name: 'main',
      tensors: this.tensors,
      operators: this.operators,
      inputs: this.inputs,
      outputs,
    };
    return { name, graphs: [graph] };
  }
}

/** conv 0, conv 1, conv 2, add 3 (with conv 0), conv 4 (1×1), depthwise 5, pool 6, reshape 7, dense 8. */
export const residualNetwork = (): Network => {
  const b = new NetworkBuilder();
  const a = b.conv(b.input([1, 16, 16, 3]), 8);
  const sum = b.add(b.conv(b.conv(a, 12), 8), a);
  const d = b.depthwise(b.conv(sum, 20, 1));
  return b.network([b.dense(b.flatten(b.poolAll(d)), 10)]);
};

const memory = (name: 'Sram' | 'OffChipFlash') => ({
  name,
  bytesPerCycle: 8,
  readLatency: 1,
  writeLatency: 1,
  burstLength: 32,
  portsUsed: 1,
  maxReads: 1,
  maxWrites: 1,
});

/** Systems that differ in nothing but their names. */
export const fakeSystems = (count: number): SystemChoice[] =>
  Array.from({ length: count }, (_, i) => {
    const system: System = {
      accelerator: `ethos-u55-${32 << i}`,
      systemConfig: 'Test',
      memoryMode: 'Shared_Sram',
      coreClock: 500e6,
      arenaCacheSize: 2 ** 32,
      constants: memory('OffChipFlash'),
      featureMaps: memory('Sram'),
      staging: memory('Sram'),
      spilling: false,
      constantsShownAs: 'OffChipFlash',
      bandwidths: { Sram: 4, Dram: 4, OnChipFlash: 4, OffChipFlash: 0.5 },
    };
    return { system, code: `u55-${32 << i}` };
  });

/** 3 sites × 3 options, 3 groups × 2 widths, 2 systems: 432 designs. */
export const smallSpace = (name: string): Space =>
  buildSpace(
    { ...residualNetwork(), name },
    {
      systems: fakeSystems(2),
      optimise: 'Performance',
      file: parseSpaceFile(
        '{options: [standard, separable, "separable:relu"], widths: [0.5, 1]}',
        'space.yaml',
      ),
    },
  );

/** A chain of convolutions with four options each but for the first; all weights are equal. */
export const chainSpace = (layers: number): Space => {
  const builder = new NetworkBuilder();
  let map = builder.conv(builder.input([1, 8, 8, 4]), 4, 1);
  for (let i = 0; i < layers; i++) map = builder.conv(map, 4);
  return buildSpace(builder.network([map]), {
    ...{ systems: chooseSystems(['ethos-u55-128'], {}), optimise: 'Performance' },
    file: parseSpaceFile('options: [standard, separable, "separable:relu", "lowrank*2"]', 'space.yaml'),
  });
};

/** Figures of nothing: tests set those that they are about. */
export const emptyFigures = (): DesignFigures =>
  Object.fromEntries(FIGURES.map((name) => [name, 0])) as DesignFigures;
