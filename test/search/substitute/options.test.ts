import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { buildSpace, checkOptions } from '../../../search/space/build-space.js';
import {
  designId,
  formatSubstitutions,
  parseDesignId,
  parseSubstitutions,
} from '../../../search/space/changes.js';
import { findSites } from '../../../search/space/sites.js';
import { parseSpaceFile } from '../../../search/space/space-file.js';
import {
  findSubstitution,
  hasKnownRetained,
  optionNames,
  SUBSTITUTIONS,
  usualOptions,
} from '../../../search/substitute/index.js';
import type { Target } from '../../../search/substitute/substitution.js';
import { loadNetwork } from '../../../src/graph/load.js';
import { sharedDir } from '../../shared.js';
import { fakeSystems, residualNetwork } from '../fixture.js';

const spaceOf = (options: string[], yaml = '') =>
  buildSpace(residualNetwork(), {
    systems: fakeSystems(1),
    optimise: 'Performance',
    options,
    file: parseSpaceFile(yaml, 'space.yaml'),
  });

const USUAL_SEPARABLE = [
  'separable',
  'separable:shifted-relu',
  'separable*2',
  'separable*2:shifted-relu',
  'separable*3',
  'separable*3:shifted-relu',
  'separable*4',
  'separable*4:shifted-relu',
];

describe('options', () => {
  it('are found by name and by code, always the same object', () => {
    const names = [
      ...USUAL_SEPARABLE,
      'separable:relu',
      'separable*4:relu',
      'lowrank*5',
      'lowrank*12:spatial',
      'lowrank*12:out',
    ];
    const codes = new Set<string>();
    for (const name of names) {
      const option = findSubstitution(name)!;
      expect(option.name).toBe(name);
      expect(option.code).toMatch(/^[a-vx-z]+\d*$/);
      expect(findSubstitution(option.code)!.name).toBe(name);
      expect(findSubstitution(name)).toBe(option);
      codes.add(option.code);
    }
    expect(codes.size).toBe(names.length);
    expect(names.map((name) => findSubstitution(name)!.code).slice(0, 4)).toEqual(['s', 'h', 's2', 'h2']);
  });

  it('are known to keep a share of the retained, but for those with a ReLU that was not there', () => {
    expect(optionNames().filter((name) => !hasKnownRetained(name))).toEqual([
      'separable:relu',
      'separable*2:relu',
      'separable*3:relu',
      'separable*4:relu',
    ]);
  });

  it.each(['separable*1', 'separable*5', 'separable*02', 's2', 'lowrank', 'lowrank*0', 'separable:shifted'])(
    'are refused: %s',
    (name) => {
      expect(() => checkOptions([name])).toThrow(/^option ".*" is not known; (did you mean|choose)/);
    },
  );

  it('go through the texts of designs', () => {
    const space = spaceOf(['separable*2:relu', 'lowrank*2', 'lowrank*4:spatial', 'separable*3:shifted-relu']);
    expect(space.sites.map((s) => s.options.length)).toEqual([6, 6, 6, 2, 2]);
    const digits = [2, 4, 5, 0, 0, 0];
    expect(designId(space, digits)).toBe('0r2.1k4.2h3@u55-32');
    const substitutions = new Map([
      [0, 'separable*2:relu'],
      [1, 'lowrank*4:spatial'],
      [2, 'separable*3:shifted-relu'],
    ]);
    expect(parseDesignId('0r2.1k4.2h3@u55-32').substitutions).toEqual(substitutions);
    expect(parseSubstitutions(formatSubstitutions(substitutions))).toEqual(substitutions);
  });

  it('that a site cannot have are left out, or refused where the site is named', () => {
    // The first convolution has 3 input channels, the second 8.
    const [first, second] = spaceOf(['lowrank*4']).sites;
    expect(first!.options).toEqual(['standard', 'separable']);
    expect(second!.options).toEqual(['standard', 'separable', 'lowrank*4']);
    expect(() => spaceOf([], 'site_options: {0: [lowrank*4]}')).toThrow(
      'space.yaml:1:20: lowrank*4 cannot replace operator 0: its weights have at most rank 3',
    );
  });
});

/** Low-rank options of these ranks: through input channels, and through output channels. */
const through = (inputs: number[], outputs: number[]): string[] => [
  ...inputs.map((rank) => `lowrank*${rank}`),
  ...outputs.map((rank) => `lowrank*${rank}:out`),
];

describe('the group of all options', () => {
  it('has those whose retained is known, with ranks that suit each site', () => {
    const [first, second, third] = spaceOf(checkOptions(['all']) as string[]).sites;
    expect(first!.options).toEqual(['standard', ...USUAL_SEPARABLE, ...through([1, 2], [2, 4])]);
    expect(second!.options).toEqual(['standard', ...USUAL_SEPARABLE, ...through([2, 4], [3, 6])]);
    expect(third!.options).toEqual(['standard', ...USUAL_SEPARABLE, ...through([3, 6], [2, 4])]);
  });

  it('can be combined with others and stand in a file', () => {
    const [, second] = spaceOf([], '{options: [all, "separable:relu"]}').sites;
    expect(second!.options.slice(-2)).toEqual(['lowrank*6:out', 'separable:relu']);
    expect(spaceOf([], '{sites: [], site_options: {1: [all]}}').sites.map((s) => s.options.length)).toEqual([
      13,
    ]);
  });
});

describe.skipIf(sharedDir === undefined)('retained weights of trained layers', () => {
  it('lies where others have measured it: 0.29 to 0.57 for one term, 0.74 to 0.97 for four', () => {
    const file = join(sharedDir!, 'models', 'resnet8_int8.tflite');
    const { network } = loadNetwork(file);
    const { operators, tensors } = network.graphs[0];
    const sites = findSites(network).filter((site) => site.kernelHeight * site.kernelWidth > 1);
    expect(sites).toHaveLength(7);
    for (const { operator: index } of sites) {
      const operator = operators[index]!;
      const [ifm, weights, bias] = operator.inputs.map((t) => tensors[t]!);
      const ofm = tensors[operator.outputs[0]!]!;
      const target: Target = { operator, ifm: ifm!, weights: weights!, bias, ofm };
      const shares = usualOptions(target)
        .filter((name) => name.startsWith('separable'))
        .map((name) => findSubstitution(name)!.rewrite(target, 'known').retained!);
      const rounded = shares.map(({ before }) => Math.round(100 * before) / 100);
      expect(rounded[0]).toBeGreaterThanOrEqual(0.29);
      expect(rounded[0]).toBeLessThanOrEqual(0.57);
      expect(rounded[6]).toBeGreaterThanOrEqual(0.74);
      expect(rounded[6]).toBeLessThanOrEqual(0.97);
      for (const { before, after } of shares) expect(Math.abs(after - before)).toBeLessThan(2e-3);
    }
  });
});

describe('a substitution', () => {
  const root = fileURLToPath(new URL('../../..', import.meta.url));
  const sources = ['search', 'src'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts'))
      .map((path) => [join(folder, path), readFileSync(join(root, folder, path), 'utf8')] as const),
  );
  const families = sources.filter(([, text]) => /: SubstitutionFamily = /.test(text)).map(([path]) => path);

  it('is one file, known only to the registry', () => {
    expect(families.length).toBe(SUBSTITUTIONS.length);
    for (const path of families) {
      const file = basename(path).replace('.ts', '.js');
      const readers = sources.filter(([, text]) => text.includes(`/${file}'`)).map(([reader]) => reader);
      expect(readers).toEqual([join('search', 'substitute', 'index.ts')]);
    }
  });

  it('is nowhere else asked for by name', () => {
    const words = new Set(SUBSTITUTIONS.flatMap(({ names }) => names.map((name) => /^\w+/.exec(name)![0])));
    const literal = new RegExp(`(['"\`])(${[...words].join('|')})[^'"\` ]*\\1`);
    for (const [path, text] of sources) if (!families.includes(path)) expect(text, path).not.toMatch(literal);
  });
});
