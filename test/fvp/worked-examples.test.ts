import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CellRunner } from '../../bench/fvp-cells.js';
import type { FvpLayer } from '../../src/fvp/fvp.js';
import { sharedDir } from '../shared.js';

const text = sharedDir === undefined ? '' : join(sharedDir, 'reference', '06-fvp.md');
const here = sharedDir !== undefined && existsSync(text);

/** Quantities of a layer by the symbols of the model's text. */
const symbols = (layer: FvpLayer, isU85: boolean): Readonly<Record<string, readonly number[]>> => {
  const { features: f } = layer;
  const dropped = f.narrow ? 0 : 1;
  return {
    'M₀': [f.macCycles],
    'M₁': [f.macCycles * (isU85 ? f.macCorrection : 1)],
    n: [f.blocks],
    O: [f.macCycles === 0 ? 0 : f.outputCycles],
    Wx: [f.streamedBytes],
    Wd: [f.copiedBytes],
    Ws: [f.sramWeightBytes],
    body: [layer.body],
    px: [f.pixels],
    'R_S, W_S': [f.sramReads, f.sramWrites],
    'R_E, W_E': [f.externalReads, f.externalWrites],
    'bytes X': [f.streamedBytes + f.copiedBytes + 16 * f.externalReads * dropped],
    't_R, t_W': [f.readTransactions * dropped, f.writeTransactions],
    T_S: [layer.sram],
    T_E: [layer.externalReads],
    T_W: [layer.externalWrites],
    'uses EXT': [f.usesExternal ? 1 : 0],
    Λ: [layer.latency],
    T: [layer.cycles],
  };
};

const cellsOf = (line: string): readonly string[] =>
  line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim().replaceAll('*', ''));

const NAMES: Readonly<Record<string, string>> = { kws: 'kws_micronet_m', yolo: 'yolo-fastest_192_face' };

const numberOf = (cell: string): number => ({ yes: 1, no: 0 })[cell] ?? Number(cell);

test.skipIf(!here)('the worked examples of single layers, to three decimals', () => {
  const runner = new CellRunner(join(sharedDir!, 'fvp'), [join(sharedDir!, 'models')]);
  const section = readFileSync(text, 'utf8').split('### 5.1')[1]!.split('### 5.2')[0]!;
  const tables = section.split('\n\n').filter((block) => block.startsWith('| | '));
  let compared = 0;
  for (const table of tables) {
    const rows = new Map(
      table.split('\n').map((line) => {
        const [head, ...cells] = cellsOf(line);
        return [head!, cells] as const;
      }),
    );
    rows.get('')!.forEach((letter, column) => {
      const at = (row: string): string => rows.get(row)![column]!;
      const [accelerator, mode] = at('accelerator').split(' ');
      const { fvp } = runner.run({
        model: NAMES[at('network')] ?? at('network'),
        accelerator: `ethos-${accelerator!}`,
        memoryMode: mode ?? (accelerator!.startsWith('u55') ? 'Shared_Sram' : 'Dedicated_Sram'),
      });
      if ('refused' in fvp) throw new Error(fvp.refused);
      const index = Number(at('layer (index)').split(' ')[0]);
      const layer = fvp.layers.filter((each) => each !== undefined)[index]!;
      for (const [symbol, found] of Object.entries(symbols(layer, accelerator!.startsWith('u85')))) {
        const shown = at(symbol)
          .split(', ')
          .map((cell) => numberOf(cell).toFixed(3));
        expect(
          found.map((n) => n.toFixed(3)),
          `${letter}: ${symbol}`,
        ).toEqual(shown);
        compared++;
      }
    });
  }
  expect(compared).toBe(12 * 19);
});
