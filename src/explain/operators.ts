import type { Operator } from '../graph/network.js';
import { grouped } from '../text.js';
import type { LayerExplanation } from './types.js';

/** An operator of the model with the operations that it became. */
export interface OperatorExplanation {
  /** Index in the model; −1 for an operation that the compiler added. */
  readonly origin: number;
  readonly tfliteOperator: string;
  /** Most cycles first. */
  readonly layers: readonly LayerExplanation[];
  /** Of all its operations together. */
  readonly cycles: number;
  /** Why it takes several operations, or what would be better in its place. */
  readonly advice?: string;
}

/** Steps that the hardware takes at most in height and width. */
const LARGEST_STRIDE = 3;

function strideAdvice({ options }: Operator, operations: number): string | undefined {
  const [height, width] = [options['stride_h'], options['stride_w']];
  if (typeof height !== 'number' || typeof width !== 'number') return undefined;
  if (operations === 1 || Math.max(height, width) <= LARGEST_STRIDE) return undefined;
  return (
    `its stride of ${height}x${width} is why: above ${LARGEST_STRIDE} the compiler cuts it into ` +
    `${grouped(operations)} operations; with a stride of at most ${LARGEST_STRIDE} it would be one`
  );
}

/** What to say of operators that are costly whatever their sizes. */
const ADVICE: Readonly<Record<string, string>> = {
  TRANSPOSE: 'with feature maps in NHWC order nothing has to be transposed',
  ARG_MAX: 'the application may work out the largest entry itself, from the IFM',
};

/** Puts the layers of each operator together, in order of execution. */
export function operatorsOf(layers: readonly LayerExplanation[]): readonly OperatorExplanation[] {
  const byOrigin = new Map<number | LayerExplanation, LayerExplanation[]>();
  for (const explained of layers) {
    const { origin } = explained.layer;
    const key = origin < 0 ? explained : origin;
    const known = byOrigin.get(key);
    if (known === undefined) byOrigin.set(key, [explained]);
    else known.push(explained);
  }
  return [...byOrigin.values()].map((of) => {
    const { layer, facts } = of[0]!;
    const { source } = facts.op.lowered;
    const advice = strideAdvice(source, of.length) ?? ADVICE[source.kind];
    return {
      origin: layer.origin,
      tfliteOperator: layer.tfliteOperator,
      layers: [...of].sort((a, b) => b.layer.cycles - a.layer.cycles),
      cycles: of.reduce((sum, each) => sum + each.layer.cycles, 0),
      ...(advice !== undefined && { advice }),
    };
  });
}
