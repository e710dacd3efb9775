import { parse } from 'csv-parse/sync';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inputError } from '../src/errors.js';
import { createEstimator } from '../src/estimate/estimate.js';
import type { Evaluation } from '../src/estimate/evaluation.js';
import { totalsOf } from '../src/estimate/totals.js';
import { fvpEstimate, type FvpResult } from '../src/fvp/fvp.js';
import type { ProfileName } from '../src/fvp/profiles.js';
import { loadNetwork } from '../src/graph/load.js';
import type { Network } from '../src/graph/network.js';
import { resolveSystem } from '../src/npu/resolve.js';

/** Names of the systems that each accelerator was compiled for. */
const SYSTEMS: Readonly<Record<string, string>> = {
  'ethos-u55': 'Ethos_U55_High_End_Embedded',
  'ethos-u65': 'Ethos_U65_High_End',
  'ethos-u85-128': 'Ethos_U85_SYS_DRAM_Low',
  'ethos-u85-256': 'Ethos_U85_SYS_DRAM_Low',
  'ethos-u85-512': 'Ethos_U85_SYS_DRAM_Mid_512',
  'ethos-u85-1024': 'Ethos_U85_SYS_DRAM_Mid_1024',
  'ethos-u85-2048': 'Ethos_U85_SYS_DRAM_High_2048',
};

/** A network on a system; fields that are absent are the usual ones. */
export interface Cell {
  readonly model: string;
  readonly accelerator: string;
  readonly memoryMode: string;
  readonly systemConfig?: string;
  readonly optimise?: 'Performance' | 'Size';
  readonly profile?: ProfileName;
}

/** A cell that somebody measured. */
export interface MeasuredCell extends Cell {
  readonly kind: string;
  readonly cycles: number;
  /** Operators of the model that the cycles are of; all if there are none. */
  readonly operators: readonly number[];
}

interface TruthRow {
  readonly kind: string;
  readonly model: string;
  readonly accelerator: string;
  readonly memory_mode: string;
  readonly memory_conditions: string;
  readonly cycles: string;
  readonly note: string;
}

/** Measurements in the folder's `truth.csv`, of those kinds. */
export function measuredCells(folder: string, kinds: readonly string[]): readonly MeasuredCell[] {
  const path = join(folder, 'truth.csv');
  if (!existsSync(path)) throw inputError(`${path}: no such file; it holds the measured cycles`);
  const rows: TruthRow[] = parse(readFileSync(path, 'utf8'), { columns: true });
  return rows
    .filter(({ kind }) => kinds.includes(kind))
    .map((row) => ({
      kind: row.kind,
      model: row.model,
      accelerator: row.accelerator,
      memoryMode: row.memory_mode,
      cycles: Number(row.cycles),
      operators: (/^operators ([\d ]+)/.exec(row.note)?.[1] ?? '')
        .trim()
        .split(' ')
        .filter((text) => text !== '')
        .map((text) => Number(text) - 1),
      ...(row.note === 'compiled for SYS_DRAM_Low' && {
        systemConfig: 'Ethos_U85_SYS_DRAM_Low',
        profile: 'u85-mid',
      }),
    }));
}

/** Both figures of a cell. */
export interface CellFigures {
  readonly fvp: FvpResult;
  readonly evaluation: Evaluation;
  readonly compilerCycles: number;
}

/** Estimates cells with the systems and networks of a folder, each network and cell once. */
export class CellRunner {
  private readonly estimator = createEstimator();
  private readonly networks = new Map<string, Network>();
  private readonly figures = new Map<string, CellFigures>();

  /** @param models further folders in which networks are looked for */
  constructor(
    private readonly folder: string,
    private readonly models: readonly string[] = [],
  ) {}

  run(cell: Cell): CellFigures {
    const key = JSON.stringify([
      cell.model,
      cell.accelerator,
      cell.memoryMode,
      cell.systemConfig,
      cell.optimise,
      cell.profile,
    ]);
    let known = this.figures.get(key);
    if (known === undefined) this.figures.set(key, (known = this.estimate(cell)));
    return known;
  }

  private estimate({
    model,
    accelerator,
    memoryMode,
    systemConfig,
    optimise = 'Performance',
    profile,
  }: Cell): CellFigures {
    const family = accelerator.split('-').slice(0, 2).join('-');
    const system = resolveSystem({
      accelerator,
      memoryMode,
      systemConfig: systemConfig ?? SYSTEMS[accelerator] ?? SYSTEMS[family],
      configFiles: [join(this.folder, 'fvp-systems.ini')],
    });
    const program = this.estimator.compile(this.networkOf(model), accelerator);
    const evaluation = this.estimator.evaluate(program, system, { optimise });
    return {
      fvp: fvpEstimate(evaluation, { profile }),
      evaluation,
      compilerCycles: totalsOf(evaluation).cycles,
    };
  }

  private networkOf(model: string): Network {
    const known = this.networks.get(model);
    if (known !== undefined) return known;
    const names = [`${model}.tflite`, `${model}_v4.tflite`];
    const paths = [join(this.folder, 'models'), ...this.models].flatMap((folder) =>
      names.map((name) => join(folder, name)),
    );
    const path = paths.find((candidate) => existsSync(candidate));
    if (path === undefined) throw inputError(`${paths[0]!}: no such file`);
    const { network } = loadNetwork(path);
    this.networks.set(model, network);
    return network;
  }
}
