import { createHash } from 'node:crypto';
import { emitModel } from '../../src/graph/export.js';
import type { Network } from '../../src/graph/network.js';
import { writeModel, type TfliteModel } from '../../src/tflite/model.js';
import type { Digits, Space } from '../space/space.js';
import { applierOf } from './apply.js';

/**
 * The bytes of a `.tflite` file of one design: the original with the design's changes, weights included, and all else
 * kept. The design without changes gives the original file itself.
 *
 * @param model what `space.network` was imported from
 * @param network of the design, with known values; by default with weights made from the original's
 * @throws ParetouError of kind `input` if weights of changed layers are not known
 */
export const emitDesign = (
  model: TfliteModel,
  space: Space,
  digits: Digits,
  network: Network = applierOf(space).network(digits),
): Uint8Array => {
  const emitted = network === space.network ? model : emitModel(model, network);
  return emitted === model && model.source.length > 0 ? model.source : writeModel(emitted);
};

/** Longest part of a file name that a design's id makes up; file systems take names of 255 bytes. */
const LONGEST = 100;

/**
 * Name of a design's file: `<model>-<design>.tflite`, with nothing in it that separates folders. Long ids are cut, and
 * told apart by a hash.
 *
 * @param design its id; a system in it is left out
 */
export const designFileName = (model: string, design: string): string => {
  const [changes = ''] = design.split('@');
  const safe = (text: string): string => text.replace(/[^\w.-]/g, '_');
  const hash = createHash('sha256').update(changes).digest('hex').slice(0, 8);
  const part = changes.length <= LONGEST ? changes : `${changes.slice(0, LONGEST)}-${hash}`;
  return `${safe(model)}-${safe(part)}.tflite`;
};
