#!/usr/bin/env node
// Stands in for the reference compiler: takes its command line, and writes reports that a test has prepared.
import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';

const { mode, reports, calls } = JSON.parse(process.env.VELA_STAND_IN);
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    version: { type: 'boolean' },
    'accelerator-config': { type: 'string' },
    'system-config': { type: 'string' },
    'memory-mode': { type: 'string' },
    config: { type: 'string', multiple: true },
    optimise: { type: 'string' },
    'arena-cache-size': { type: 'string' },
    'output-dir': { type: 'string' },
    'verbose-performance': { type: 'boolean' },
  },
});
if (values.version) {
  process.stdout.write(mode === 'old' ? '3.12.0\n' : mode === 'nameless' ? 'a compiler\n' : '5.1.0\n');
  process.exit(0);
}
const [model] = positionals;
const name = basename(model, '.tflite');
const system = values['system-config'];
appendFileSync(calls, `${name} ${values['accelerator-config']} ${values.optimise}\n`);
const configuration = values.config.map((file) => readFileSync(file, 'utf8')).join('\n');
for (const section of [`System_Config.${system}`, `Memory_Mode.${values['memory-mode']}`]) {
  if (configuration.split(`[${section}]`).length !== 2) throw new Error(`not once: ${section}`);
}
if (readFileSync(model).toString('latin1', 4, 8) !== 'TFL3') throw new Error('no model');
if (!values['verbose-performance']) throw new Error('no table of layers is asked for');

if (mode === 'hanging') setInterval(() => undefined, 1000);
else if (mode === 'failing') {
  process.stderr.write('something else\nError: Invalid tflite file \u001b[31m(too new)\n');
  process.exit(1);
} else if (mode !== 'silent') {
  for (const file of readdirSync(join(reports, values['accelerator-config']))) {
    if (!file.startsWith(`${name}_`)) continue;
    let text = readFileSync(join(reports, values['accelerator-config'], file), 'utf8');
    const isSummary = file.includes('_summary_');
    if (mode === 'garbage' && !isSummary) text = '\0\u0001,;"\n'.repeat(50);
    if (mode === 'differing' && !isSummary) text = changeCell(text, 3, 'Op Cycles', (n) => n + 7);
    if (mode === 'differing' && isSummary) text = changeCell(text, 1, 'cycles_total', (n) => n + 7);
    if (mode === 'shorter' && !isSummary) text = text.split('\n').slice(0, -2).join('\n');
    if (mode === 'richer') text = addColumn(text);
    writeFileSync(join(values['output-dir'], file), text);
  }
}

/** Changes a number in a row; quoted fields do not come before it in the tests. */
function changeCell(text, row, column, change) {
  const lines = text.split('\n');
  const at = lines[0].trim().split(',').indexOf(column);
  const fields = lines[row].split(',');
  fields[at] = String(change(Number(fields[at])));
  lines[row] = fields.join(',');
  return lines.join('\n');
}

/** A column that nobody knows, first. */
function addColumn(text) {
  return text
    .split(/\r?\n/)
    .map((line, i) => (line === '' ? line : `${i === 0 ? 'new_column' : '"a, b"'},${line}`))
    .join('\r\n');
}
