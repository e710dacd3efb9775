import type { Estimate, Layer } from '../estimate/types.js';
import type { FvpBound } from '../fvp/formula.js';
import type { FvpEstimate, FvpLayer, FvpResult } from '../fvp/fvp.js';
import { fvpVerdict } from '../explain/fvp-verdict.js';
import { FVP_BOUNDS } from '../explain/fvp-words.js';
import { grouped, plural, shareText, wrap } from '../text.js';
import type { Json } from './json-value.js';

/** Layers of the last graph with their rows of the report. */
function rowsOf(layers: readonly Layer[], fvp: FvpEstimate): readonly (readonly [Layer, FvpLayer])[] {
  return layers
    .filter(({ fused }) => !fused)
    .flatMap((layer, i) => {
      const own = fvp.layers[i];
      return own === undefined ? [] : [[layer, own] as const];
    });
}

const rounded = (n: number): number => Math.round(n * 1000) / 1000;

/** FVP-like cycles as data, or why there are none; docs/model/fvp.md#what-is-shown. */
export function fvpJson(fvp: FvpResult, layers: readonly Layer[]): Json {
  if ('refused' in fvp) return { refused: fvp.refused };
  return {
    cycles: fvp.cycles,
    cycles_low: fvp.low,
    cycles_high: fvp.high,
    inference_ms_fvp: fvp.milliseconds,
    profile: fvp.profile,
    class: fvp.class,
    why: fvp.why,
    calibration:
      fvp.calibration === undefined
        ? null
        : {
            latency: fvp.calibration.latency,
            cycles_per_brick: fvp.calibration.cyclesPerBrick,
            layer_latencies: fvp.calibration.layerLatencies,
            network: fvp.calibration.network,
          },
    extrapolated_cycles: rounded(fvp.extrapolatedCycles),
    layer_bar: fvp.layerBar ?? null,
    layers: rowsOf(layers, fvp).map(([layer, own]) => ({
      name: layer.name,
      operator: layer.operator,
      origin: layer.origin,
      cycles: rounded(own.cycles),
      bound_by: own.boundBy,
      terms: {
        body: rounded(own.body),
        sram: rounded(own.sram),
        external_reads: rounded(own.externalReads),
        external_writes: rounded(own.externalWrites),
        latency: rounded(own.latency),
      },
      extrapolated: own.extrapolated ?? null,
    })),
  };
}

/** Factors nearer to 1 are not shown. */
const NOTABLE = 0.0005;

/** Which factors a calibration has brought in. */
const calibrationText = ({ calibration }: FvpEstimate): string => {
  if (calibration === undefined) return '';
  const { latency, cyclesPerBrick, layerLatencies, network } = calibration;
  const named = [
    ['latency of the second memory', latency],
    ['cycles per brick', cyclesPerBrick],
    ['latencies of a layer', layerLatencies],
    ['total', network],
  ] as const;
  const changed = named.filter(([, factor]) => Math.abs(factor - 1) >= NOTABLE);
  if (changed.length === 0) return '; calibrated, which changes nothing here';
  return `; calibrated: ${changed.map(([name, factor]) => `${name} x ${Number(factor.toPrecision(3))}`).join(', ')}`;
};

/** `far: its read latency of 40 is far from the 250 that was measured`. */
export const classText = (fvp: FvpEstimate): string =>
  [fvp.class, ...(fvp.why.length === 0 ? [] : [`: ${fvp.why.join('; ')}`]), calibrationText(fvp)].join('');

/** The time of an inference by those cycles. */
export const fvpMilliseconds = ({ milliseconds }: FvpEstimate): string =>
  String(Number(milliseconds.toPrecision(4)));

/** Shares of the cycles by what bounds their layers, the largest first. */
function boundsText({ layers }: FvpEstimate): string {
  const sums = new Map<FvpBound, { count: number; cycles: number }>();
  let total = 0;
  for (const layer of layers) {
    if (layer === undefined) continue;
    const { count, cycles } = sums.get(layer.boundBy) ?? { count: 0, cycles: 0 };
    sums.set(layer.boundBy, { count: count + 1, cycles: cycles + layer.cycles });
    total += layer.cycles;
  }
  return [...sums]
    .sort(([, a], [, b]) => b.cycles - a.cycles)
    .map(
      ([bound, { count, cycles }]) =>
        `${FVP_BOUNDS[bound]} ${shareText(cycles / total)} (${plural(count, 'layer')})`,
    )
    .join(', ');
}

/** FVP-like cycles in a few sentences, or why there are none. */
export function fvpText(fvp: FvpResult): readonly string[] {
  if ('refused' in fvp) return [wrap(`No FVP-like cycles: ${fvp.refused}.`)];
  return [
    wrap(
      `FVP-like: ${grouped(fvp.cycles)} cycles, 80% bar ${grouped(fvp.low)} to ${grouped(fvp.high)}, ` +
        `${fvpMilliseconds(fvp)} ms; memory profile ${fvp.profile}, ${classText(fvp)}.`,
    ),
    wrap(`FVP-like cycles by what bounds their layers: ${boundsText(fvp)}.`),
  ];
}

/** What FVP-like cycles say of two networks: B is faster, slower or too close to call; docs/model/fvp.md#ties. */
export function fvpVerdictText(a: FvpResult, b: FvpResult): string {
  const refused = 'refused' in a ? a : 'refused' in b ? b : undefined;
  if (refused !== undefined) return `No FVP-like cycles to compare: ${refused.refused}.`;
  const [first, second] = [a as FvpEstimate, b as FvpEstimate];
  const verdict = fvpVerdict(first, second)!;
  const words = verdict === 'too close to call' ? verdict : `${verdict} than A`;
  const bar = ({ cycles, low, high }: FvpEstimate): string =>
    `${grouped(cycles)} (${grouped(low)} to ${grouped(high)})`;
  return (
    `By FVP-like cycles B is ${words}: ${bar(first)} for A and ${bar(second)} for B, ` +
    `a factor of ${(second.cycles / first.cycles).toFixed(2)}; memory profile ${first.profile}, ${classText(first)}.`
  );
}

/** Lines of the console report: label, value, unit. */
export const fvpLines = (fvp: FvpEstimate): readonly (readonly [string, string, string?])[] => [
  ['FVP-like cycles', String(fvp.cycles), 'cycles/batch'],
  ['80% bar, low', String(fvp.low), 'cycles/batch'],
  ['80% bar, high', String(fvp.high), 'cycles/batch'],
  ['FVP-like inference time', fvpMilliseconds(fvp), 'ms'],
];

/** What follows these lines. */
export const fvpNotes = (fvp: FvpEstimate, { layers }: Pick<Estimate, 'layers'>): readonly string[] => {
  const strange = rowsOf(layers, fvp).filter(([, { extrapolated }]) => extrapolated !== undefined);
  return [
    wrap(`Memory profile ${fvp.profile}, ${classText(fvp)}.`),
    wrap(`Bound by ${boundsText(fvp)}.`),
    ...(strange.length === 0
      ? []
      : [
          wrap(
            `Extrapolated in ${plural(strange.length, 'layer')} of ${grouped(Math.round(fvp.extrapolatedCycles))} ` +
              `cycles: ${[...new Set(strange.map(([, { extrapolated }]) => extrapolated!))].join('; ')}.`,
          ),
        ]),
  ];
};
