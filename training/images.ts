import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { glyphs, type LabelledSamples } from '../src/glyphs/glyphs.js';

const SEED = 1;
const TRAINING = 40_000;
const VALIDATION = 2_000;

/** Writes the images that `train.py` reads: `node dist/training/images.js FOLDER`. */
const main = (folder: string): void => {
  mkdirSync(folder, { recursive: true });
  const write = (name: string, { inputs, labels }: LabelledSamples): void => {
    writeFileSync(join(folder, `${name}-images.bin`), inputs);
    writeFileSync(join(folder, `${name}-labels.bin`), labels);
  };
  write('training', glyphs(TRAINING, SEED, 'training'));
  write('validation', glyphs(VALIDATION, SEED + 1, 'training'));
};

main(process.argv[2] ?? 'results/glyphs');
