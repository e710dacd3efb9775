import { z } from 'zod';
import { REPORT_FILE } from '../search/report/html/read-report.js';
import { PICK_FILE } from '../search/report/schema/pick-file.js';
import { RUN_FILE } from '../search/report/schema/run-file.js';
import { SPACE_FILE } from '../search/space/space-file.js';
import { BASELINE_FILE } from '../src/budget/baseline.js';
import { BUDGET_FILE } from '../src/budget/budget-file.js';
import { PARTS_FILE } from '../src/npu/parts-file.js';

interface SchemaFile {
  readonly title: string;
  readonly validator: z.ZodType;
}

/** The files that people write, keep or read, by the name of their schema. */
const FILES: Readonly<Record<string, SchemaFile>> = {
  space: { title: 'What may vary in a search of paretou', validator: SPACE_FILE },
  budget: { title: 'Limits that paretou check holds a network to', validator: BUDGET_FILE },
  parts: { title: 'Parts that paretou estimates for', validator: PARTS_FILE },
  baseline: { title: 'Figures that paretou check compares with', validator: BASELINE_FILE },
  run: { title: 'What paretou sweep searched and found: run.json', validator: RUN_FILE },
  pick: { title: 'What paretou pick chose and why: pick.json', validator: PICK_FILE },
  report: { title: 'Designs of a search, as its report shows them: report.json', validator: REPORT_FILE },
};

/** Names of the schemas of configs/schema/, with their text: made from the validators of the program. */
export const schemaFiles = (): ReadonlyMap<string, string> =>
  new Map(
    Object.entries(FILES).map(([name, { title, validator }]) => {
      const { $schema, ...rest } = z.toJSONSchema(validator, { target: 'draft-7', io: 'input' });
      return [`${name}.schema.json`, `${JSON.stringify({ $schema, title, ...rest }, undefined, 2)}\n`];
    }),
  );
