import { inputError } from '../errors.js';
import { glyphs, type LabelledSamples } from './glyphs.js';

/** What draws samples for an example network, by its name. */
const SAMPLERS: ReadonlyMap<string, (count: number, seed: number) => LabelledSamples> = new Map([
  ['glyphs', glyphs],
]);

/**
 * Random samples for an example network that comes with the program, with the true class of each. The same seed gives the
 * same samples on every machine. None of them was used for training.
 *
 * @throws ParetouError of kind `input` if nothing draws samples for that name.
 */
export const exampleSamples = (name: string, count: number, seed: number): LabelledSamples => {
  const draw = SAMPLERS.get(name);
  if (draw === undefined)
    throw inputError(
      `example:${name}: there are no samples for an example of that name; choose one of ${[...SAMPLERS.keys()].join(', ')}`,
    );
  return draw(count, seed);
};
