import { figuresOf } from '../../../search/evaluate/figures.js';
import { expect } from 'vitest';
import { createEvaluator, type Evaluator } from '../../../search/evaluate/evaluator.js';
import { buildSpace, chooseSystems } from '../../../search/space/build-space.js';
import { emitDesign } from '../../../search/emit/design-file.js';
import { parseSpaceFile, type SpaceFile } from '../../../search/space/space-file.js';
import { radicesOf, type Space } from '../../../search/space/space.js';
import { createApplier, type Applier } from '../../../search/emit/apply.js';
import { findSubstitution, optionNames } from '../../../search/substitute/index.js';
import { createEstimator, type Estimator } from '../../../src/estimate/estimate.js';
import type { Estimate } from '../../../src/estimate/types.js';
import { importNetwork, type LoadedNetwork } from '../../../src/graph/import.js';
import type { Network, Quantisation, Tensor } from '../../../src/graph/network.js';
import { readModel } from '../../../src/tflite/model.js';

/** Every option that there is; of families that take a number, a small and a larger one. */
export const ALL_OPTIONS: readonly string[] = optionNames()
  .flatMap((name) => (name.includes('*R') ? ['*2', '*5'].map((r) => name.replace('*R', r)) : [name]))
  .filter((name) => name === 'standard' || findSubstitution(name)?.name === name);

const SYSTEMS = chooseSystems(['ethos-u55-128', 'ethos-u65-256', 'ethos-u85-256'], {});

/** The space of a network that a space file describes, on an accelerator of each family. */
export const spaceOf = (network: Network, file: SpaceFile): Space =>
  buildSpace(network, {
    systems: SYSTEMS,
    optimise: 'Performance',
    file: parseSpaceFile(JSON.stringify(file), 'space.yaml'),
  });

/** A model, its space and what knows its designs. */
export interface Subject {
  readonly loaded: LoadedNetwork;
  readonly space: Space;
  readonly applier: Applier;
  readonly evaluator: Evaluator;
  readonly estimator: Estimator;
}

export const subjectOf = (loaded: LoadedNetwork, file: SpaceFile): Subject => {
  const space = spaceOf(loaded.network, file);
  return {
    loaded,
    space,
    applier: createApplier(space),
    evaluator: createEvaluator(space),
    estimator: createEstimator(),
  };
};

/** A design in which about half of the choices are changes. */
export const randomDesign = (space: Space, random: () => number): Uint16Array => {
  const radices = radicesOf(space);
  return Uint16Array.from(radices, (radix, i) =>
    i < radices.length - 1 && random() < 0.5 ? 0 : Math.floor(random() * radix),
  );
};

const ownAxis = ({ shape }: Tensor, q: Quantisation): Quantisation =>
  q.scales.length > 1 && shape !== undefined && q.axis >= shape.length ? { ...q, axis: 0 } : q;

/** A network without what a file cannot tell: which operator stood where before. Constants are plain bytes. */
const stated = (network: Network): unknown =>
  network.graphs.map(({ tensors, operators, ...graph }) => ({
    ...graph,
    tensors: tensors.map(({ quantisation, constant, ...tensor }) => ({
      ...tensor,
      ...(quantisation && { quantisation: ownAxis(tensor, quantisation) }),
      ...(constant && { constant: constant.bytes && Buffer.from(constant.bytes).toString('base64') }),
    })),
    operators: operators.map((operator) => ({ ...operator, origin: undefined })),
  }));

const withoutOrigins = ({ layers, ...estimate }: Estimate): unknown => ({
  ...estimate,
  layers: layers.map((layer) => ({ ...layer, origin: undefined })),
});

/**
 * Emits a design and checks that the file says what the design's network says, and that its estimate is the one
 * predicted, layer by layer.
 *
 * @returns the bytes
 */
export const emitChecked = (subject: Subject, digits: Uint16Array): Uint8Array => {
  const { loaded, space, applier, evaluator, estimator } = subject;
  const { optimise } = space;
  const { system } = space.systems[digits.at(-1)!]!;
  const predicted = evaluator.evaluate(digits);
  const designed = applier.network(digits);
  const bytes = emitDesign(loaded.model, space, digits, applier.network(digits));
  const read = importNetwork(readModel(bytes, loaded.model.file), loaded.network.name);
  expect(stated(read)).toEqual(stated(designed));
  const evaluation = estimator.evaluate(estimator.compile(read, system.accelerator), system, { optimise });
  expect(figuresOf(evaluation)).toEqual(predicted);
  expect(withoutOrigins(estimator.estimate(read, system, { optimise }))).toEqual(
    withoutOrigins(estimator.estimate(designed, system, { optimise })),
  );
  return bytes;
};
