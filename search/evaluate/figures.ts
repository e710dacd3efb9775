/** What the estimator says of one design; the part of an estimate that rankings use. */
export interface DesignFigures {
  readonly cyclesTotal: number;
  readonly cyclesNpu: number;
  readonly sramTotalBytes: number;
  /** DRAM, on-chip and off-chip flash together. */
  readonly externalTotalBytes: number;
  readonly sramMemoryUsedBytes: number;
  readonly macs: number;
  readonly encodedWeightBytes: number;
  /** Operators that the CPU executes. */
  readonly cpuOps: number;
  /** Encoded sizes rest on stand-ins for weights that are not known. */
  readonly predicted: boolean;
}

/** The figures that are known of segments of a network as well, in their order. */
export const SEGMENT_FIGURES = [
  'cyclesTotal',
  'cyclesNpu',
  'sramTotalBytes',
  'externalTotalBytes',
  'sramMemoryUsedBytes',
  'macs',
  'encodedWeightBytes',
  'cpuOps',
] as const satisfies readonly (keyof DesignFigures)[];

/** Order of the figures in rows of numbers; `predicted` is 0 or 1. */
export const FIGURES = [...SEGMENT_FIGURES, 'predicted'] as const satisfies readonly (keyof DesignFigures)[];

/** Numbers per row. */
export const FIGURE_COUNT = FIGURES.length;

/** Position of a figure in a row. */
export const FIGURE_AT = Object.fromEntries(FIGURES.map((name, i) => [name, i])) as Readonly<
  Record<(typeof FIGURES)[number], number>
>;

/** Writes a design's figures as row `row`. */
export const storeFigures = (figures: DesignFigures, table: Float64Array, row: number): void => {
  for (let i = 0; i < FIGURE_COUNT; i++) table[row * FIGURE_COUNT + i] = Number(figures[FIGURES[i]!]);
};
