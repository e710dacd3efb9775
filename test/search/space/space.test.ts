import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildSpace, widthsFrom } from '../../../search/space/build-space.js';
import {
  changesOf,
  designId,
  digitsOf,
  formatSubstitutions,
  formatWidths,
  parseDesignId,
  parseSubstitutions,
  parseWidths,
} from '../../../search/space/changes.js';
import { sampleDesigns } from '../../../search/space/sample.js';
import { parseSpaceFile } from '../../../search/space/space-file.js';
import {
  allDesigns,
  countDesigns,
  digitsAt,
  indexOf,
  rowOf,
  type Space,
} from '../../../search/space/space.js';
import { findSites } from '../../../search/space/sites.js';
import { fakeSystems, NetworkBuilder, residualNetwork } from '../fixture.js';

const seed = 77;

const spaceOf = (yaml: string, systems = 1, options: string[] = []): Space =>
  buildSpace(residualNetwork(), {
    systems: fakeSystems(systems),
    optimise: 'Performance',
    options,
    file: parseSpaceFile(yaml, 'space.yaml'),
  });

const failure = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return 'nothing was thrown';
};

/** Spaces of the small network with random options, widths and systems. */
const spaces = fc
  .record({
    options: fc.subarray(['standard', 'separable', 'separable:relu'], { minLength: 1 }),
    sites: fc.subarray([0, 1, 2], { minLength: 1 }),
    widths: fc.uniqueArray(fc.constantFrom(0.25, 0.5, 1, 1.5), { minLength: 1 }),
    systems: fc.integer({ min: 1, max: 4 }),
  })
  .map(({ options, sites, widths, systems }) =>
    spaceOf(`{sites: [${sites.join()}], options: [${options.join()}], widths: [${widths.join()}]}`, systems),
  );

describe('a space', () => {
  it('has the product of its choices as its number of designs', () => {
    // 3 sites × {standard, separable}, 3 groups × 3 widths, 2 systems: 2³ · 3³ · 2.
    expect(countDesigns(spaceOf('widths: [0.5, 0.75, 1]', 2))).toBe(432n);
    expect(countDesigns(spaceOf('', 1))).toBe(8n);
    expect(countDesigns(spaceOf('', 1, ['separable:relu']))).toBe(27n);
  });

  it('counts choices that come to the same once', () => {
    expect(countDesigns(spaceOf('options: [standard, separable, separable, standard]'))).toBe(8n);
    // 8, 12 and 20 channels: 0.5 and 0.51 give 4 (4), 6 (6), 10 (10).
    expect(countDesigns(spaceOf('{sites: [], widths: [0.5, 0.51, 1]}'))).toBe(8n);
  });

  it('puts the unchanged choice first', () => {
    const space = spaceOf('{options: [separable, standard], widths: [0.5, 1]}');
    expect(space.sites[0]!.options).toEqual(['standard', 'separable']);
    expect(space.groups[0]!.widths).toEqual([8, 4]);
  });

  it('follows overrides for single sites and groups', () => {
    const space = spaceOf('{site_options: {1: [separable]}, group_widths: {3: [8, 16], 5: [20]}}');
    expect(space.sites.map(({ site, options }) => [site.operator, options])).toEqual([
      [0, ['standard', 'separable']],
      [1, ['separable']],
      [2, ['standard', 'separable']],
    ]);
    expect(space.groups.map(({ group, widths }) => [group.operator, widths])).toEqual([[0, [8, 16]]]);
  });

  it('is enumerated by a bijection', () => {
    fc.assert(
      fc.property(spaces, (space) => {
        const all = allDesigns(space);
        expect(BigInt(all.count)).toBe(countDesigns(space));
        const ids = new Set<string>();
        for (let i = 0; i < all.count; i++) {
          const digits = digitsAt(space, BigInt(i));
          expect(rowOf(all, i)).toEqual(digits);
          expect(indexOf(space, digits)).toBe(BigInt(i));
          ids.add(designId(space, digits));
        }
        expect(ids.size).toBe(all.count);
      }),
      { seed, numRuns: 40 },
    );
  });

  it('gives designs texts that name them', () => {
    fc.assert(
      fc.property(spaces, fc.nat(), (space, n) => {
        const digits = digitsAt(space, BigInt(n) % countDesigns(space));
        const changes = changesOf(space, digits);
        const system = digits.at(-1)!;
        const substitutions = parseSubstitutions(formatSubstitutions(changes.substitutions));
        const widths = parseWidths(formatWidths(changes.widths));
        expect({ substitutions, widths }).toEqual(changes);
        expect(digitsOf(space, { substitutions, widths }, system)).toEqual(digits);
        const parsed = parseDesignId(designId(space, digits));
        expect(parsed).toEqual({ ...changes, system: space.systems[system]!.code });
      }),
      { seed, numRuns: 100 },
    );
  });
});

describe('width rules', () => {
  it('round to the nearest integer and stay at least 1', () => {
    expect(widthsFrom([0.5, 0.75, 1], 15)).toEqual([8, 11, 15]);
    expect(widthsFrom([0.1], 2)).toEqual([1]);
  });

  it('take multiples within the range', () => {
    expect(widthsFrom({ multiple_of: 8, from: 0.5, to: 1.25 }, 32)).toEqual([16, 24, 32, 40]);
    expect(widthsFrom({ multiple_of: 8, from: 0.5, to: 1 }, 3)).toEqual([3]);
  });
});

describe('design texts', () => {
  it('look as the contract says', () => {
    const space = spaceOf('{options: [standard, separable, "separable:relu"], widths: [0.5, 1]}', 2);
    const digits = Uint16Array.of(0, 1, 2, 1, 0, 1, 1);
    const { substitutions, widths } = changesOf(space, digits);
    expect(formatSubstitutions(substitutions)).toBe('1:separable;2:separable:relu');
    expect(formatWidths(widths)).toBe('0=4;4=10');
    expect(designId(space, digits)).toBe('1s.2r.0w4.4w10@u55-64');
    expect(designId(space, new Uint16Array(7))).toBe('base@u55-32');
  });

  it('name a group by any of its operators', () => {
    const space = spaceOf('widths: [0.5, 1]');
    expect(digitsOf(space, { substitutions: new Map(), widths: new Map([[5, 10]]) })).toEqual(
      Uint16Array.of(0, 0, 0, 0, 0, 1, 0),
    );
  });

  it.each([
    ['1-separable', 'is not <operator index>:<option>'],
    ['1:seperable', 'did you mean separable?'],
    ['1:separable;1:separable', 'names operator 1 twice'],
  ])('are refused as substitutions: %s', (text, message) => {
    expect(failure(() => parseSubstitutions(text))).toContain(message);
  });

  it.each(['4:32', '4=0', '4=x'])('are refused as widths: %s', (text) => {
    expect(failure(() => parseWidths(text))).toContain('is not <operator index>=<channels>');
  });

  it.each(['', '1', '1x', 'base.1s', '1w0', '1s1', '1s5', '1l0', '1l'])(
    'are refused as ids: "%s"',
    (text) => {
      expect(failure(() => parseDesignId(text))).toContain('is not a design id');
    },
  );
});

describe('samples', () => {
  it('have the size that was asked for, no repetitions, the baseline and each single-site change', () => {
    fc.assert(
      fc.property(spaces, fc.integer({ min: 1, max: 150 }), fc.integer(), (space, limit, sampleSeed) => {
        const { designs, mandatory, method } = sampleDesigns(space, limit, sampleSeed);
        const total = Number(countDesigns(space));
        expect(designs.count).toBe(method === 'all' ? total : Math.max(limit, mandatory));
        expect(method === 'all').toBe(total <= limit);
        const indices = new Set<bigint>();
        for (let i = 0; i < designs.count; i++) indices.add(indexOf(space, rowOf(designs, i)));
        expect(indices.size).toBe(designs.count);
        for (let system = 0; system < space.systems.length; system++) {
          const baseline = new Uint16Array(designs.width);
          baseline[designs.width - 1] = system;
          expect(indices.has(indexOf(space, baseline))).toBe(true);
          space.sites.forEach(({ options }, site) => {
            for (let option = 1; option < options.length; option++) {
              expect(indices.has(indexOf(space, baseline.with(site, option)))).toBe(true);
            }
          });
        }
      }),
      { seed, numRuns: 80 },
    );
  });

  it('depend on the seed alone', () => {
    const space = spaceOf('{widths: {multiple_of: 1, from: 0.5, to: 1.5}}', 2);
    const digits = (s: number) => sampleDesigns(space, 500, s).designs.digits;
    expect(digits(1)).toEqual(digits(1));
    expect(digits(1)).not.toEqual(digits(2));
  });

  it('spread over the numbers of changes', () => {
    const { strata } = sampleDesigns(spaceOf('{widths: {multiple_of: 1, from: 0.1, to: 2}}'), 600, 3);
    // Strata: the baseline; single changes 3 + 15 + 23 + 38 of which 3 are mandatory; larger ones share the rest.
    expect(strata[0]).toEqual({ changes: 0, networks: 1 });
    expect(strata[1]!.networks).toBeGreaterThan(70);
    const larger = strata.slice(2).map((s) => s.networks);
    expect(Math.max(...larger) - Math.min(...larger)).toBeLessThanOrEqual(1);
  });

  it('draw networks of a stratum with equal probability', () => {
    // Two sites and one group of 2 widths: three networks with two changes, one of which is drawn per seed.
    const space = spaceOf('{sites: [0, 1], group_widths: {1: [12, 6]}}');
    const seen = new Map<string, number>();
    for (let s = 0; s < 600; s++) {
      const { designs } = sampleDesigns(space, 6, s);
      for (let i = 0; i < designs.count; i++) {
        const row = rowOf(designs, i);
        if (row.filter((d) => d > 0).length === 2) seen.set(row.join(), (seen.get(row.join()) ?? 0) + 1);
      }
    }
    expect(seen.size).toBe(3);
    for (const count of seen.values()) expect(count).toBeGreaterThan(120);
  });
});

describe('space files', () => {
  it.each([
    [
      'sites: [0, 5]',
      'space.yaml:1:12: operator 5 of small (DEPTHWISE_CONV_2D) is not a site; its sites are 0, 1, 2',
    ],
    ['sites: [77]', 'space.yaml:1:9: operator 77 of small does not exist; its sites are 0, 1, 2'],
    ['sites: every', 'space.yaml:1:8: sites must be all or a list of operator indices'],
    [
      'options: [standard, seperable]',
      'space.yaml:1:21: option "seperable" is not known; did you mean separable?',
    ],
    ['options: []', 'space.yaml:1:10: options is empty; list at least one'],
    ['site: all', 'space.yaml:1:1: "site" is not known here; did you mean sites?'],
    ['widths: [0.5, -1]', 'space.yaml:1:15: widths[1] must be above 0'],
    ['widths: {multiple_of: 8, from: 2, to: 1}', 'space.yaml:1:9: widths must have from <= to'],
    [
      'widths:\n  multiple_of: 8\n  from: 0.5\n',
      'space.yaml:2:3: widths.to must be a fraction of the channels, such as 0.5',
    ],
    ['widths: 3', 'space.yaml:1:9: widths must be a list of fractions or {multiple_of, from, to}'],
    [
      'site_options: {x: [standard]}',
      'space.yaml:1:16: "x" must be an operator index, a whole number from 0',
    ],
    [
      'site_options:\n  1: [standard]\n  3: [separable]',
      'space.yaml:3:3: operator 3 of small (ADD) is not a site; its sites are 0, 1, 2, 4, 8',
    ],
    [
      'group_widths: {8: [5]}',
      "space.yaml:1:16: operator 8 of small writes a group whose width cannot change: it holds the network's output",
    ],
    [
      'group_widths: {0: [4], 3: [8]}',
      'space.yaml:1:24: operator 3 of small is in the same width group as another entry; name each group once',
    ],
    ['sites: all\nsites: all', 'space.yaml:2:1: not valid YAML: Map keys must be unique'],
    ['sites: [', 'space.yaml:1:9: not valid YAML'],
    ['- a', 'space.yaml:1:1: the file must be a map with any of sites, options'],
    ['systems: [{accelerator: 5}]', 'space.yaml:1:25: systems[0].accelerator must name an accelerator'],
    [
      'systems: [{acelerator: u55}]',
      'space.yaml:1:12: "acelerator" is not known here; did you mean accelerator?',
    ],
  ])('are refused with the place of the fault: %j', (yaml, message) => {
    expect(failure(() => spaceOf(yaml))).toContain(message);
  });
});

describe('keys of JavaScript objects in space files', () => {
  it.each([
    ['site_options: {__proto__: [standard]}', 'space.yaml:1:16'],
    ['group_widths: {__proto__: [8]}', 'space.yaml:1:16'],
    ['__proto__: {sites: all}', 'space.yaml:1:1'],
    ['systems: [{accelerator: ethos-u55-128, __proto__: {a: 1}}]', 'space.yaml:1:40'],
  ])('are not known: %s', (text, place) => {
    expect(() => parseSpaceFile(text, 'space.yaml')).toThrow(`${place}: "__proto__" is not known here`);
  });

  it.each(['constructor', 'toString'])('are unknown as any other: %s', (key) => {
    expect(() => parseSpaceFile(`${key}: 1`, 'space.yaml')).toThrow(`"${key}" is not known here`);
    expect(() => parseSpaceFile(`site_options: {${key}: [standard]}`, 'space.yaml')).toThrow(
      /operator index/,
    );
  });
});

describe('sites', () => {
  it('are convolutions whose result is used', () => {
    const b = new NetworkBuilder();
    const image = b.input([1, 8, 8, 3]);
    const used = b.conv(image, 8);
    b.conv(b.conv(used, 8), 8);
    const last = b.conv(used, 8);
    const network = b.network([last]);
    expect(network.graphs[0].operators).toHaveLength(4);
    expect(findSites(network).map(({ operator }) => operator)).toEqual([0, 3]);
  });
});
