import { COLUMN_NOTES } from '../search/report/ranking-csv.js';
import { left, markdownTable } from './markdown.js';

/** docs/columns.md: every column of the files of a search. */
export const columnsDocument = (): string =>
  [
    '# Columns of ranking.csv and front.csv',
    '',
    'Rows are designs; `front.csv` has those with `pareto_rank` 1. Numbers that are not known are empty. New columns are added',
    'at the end of their kind and named in the [changelog](../CHANGELOG.md); names and meanings stay. Every metric can be an',
    'objective or a constraint where [usage.md](usage.md) says so. Columns of samples are empty without `--samples`.',
    '',
    markdownTable(
      left('column', 'unit', 'definition', 'since'),
      COLUMN_NOTES.map(({ name, unit, definition, since }) => [`\`${name}\``, unit, definition, since]),
    ),
    '',
    '`npm run tables -- columns` prints this page.',
    '',
  ].join('\n');
