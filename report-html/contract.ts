/** Version of the shape of `report.json`, and of the data in `report.html`. */
export const REPORT_SCHEMA = 'paretou/report@1';

/** How the numbers of a column are stored. */
export type NumberKind = 'u8' | 'u16' | 'u32' | 'f32' | 'f64';

/**
 * Numbers as text: in the given kind, least significant byte first; of all numbers the first bytes, then the second
 * bytes and so on; deflated (RFC 1951); in base64.
 */
export interface Packed {
  readonly kind: NumberKind;
  readonly data: string;
}

/** Where the values of a column come from. */
export type ColumnValues =
  | { readonly from: 'rows'; readonly values: Packed }
  /** The same for all designs on a system; null where it is not known. */
  | { readonly from: 'system'; readonly values: readonly (number | null)[] }
  /** `times` the column `of` over its value for the unchanged network on the same system, or over the clock. */
  | {
      readonly from: 'quotient';
      readonly of: string;
      readonly times: number;
      readonly by: 'clock' | 'baseline';
    };

/** Which other columns hold the error of a column. */
export type ErrorColumns = { readonly standard: string } | { readonly low: string; readonly high: string };

/** One metric of the designs. */
export interface Column {
  readonly name: string;
  readonly label: string;
  readonly unit: string;
  /** Shown where a design is told in a few lines. */
  readonly headline: boolean;
  readonly direction: 'min' | 'max';
  /** What it is, in a clause. */
  readonly definition: string;
  readonly error?: ErrorColumns;
  readonly source: ColumnValues;
}

/** Something that varies: a site or a width group, and what it may become. */
export interface Choice {
  readonly kind: 'site' | 'width';
  /** Index of the operator, which names it in design ids. */
  readonly operator: number;
  readonly label: string;
  readonly options: readonly string[];
  /** What each option adds to a design id; empty for what stays as it is. */
  readonly codes: readonly string[];
}

/** A system by its names, and all that the estimator needs to know of it. */
export interface ReportSystem {
  readonly code: string;
  readonly accelerator: string;
  readonly systemConfig: string;
  readonly memoryMode: string;
  readonly coreClock: number;
  readonly system: Readonly<Record<string, unknown>>;
}

/** What one side of a comparison spends its cycles on. */
export interface LayerSide {
  readonly text: string;
  readonly cycles: number;
  /** Cycles by part, see {@link ModelLayers}. */
  readonly shares: readonly (readonly [part: number, cycles: number])[];
  /** What sets the cycles of each operation. */
  readonly sentences: readonly string[];
}

/** The layers that stand for one operator of the unchanged network. */
export interface LayerPair {
  /** −1 for what the compiler adds. */
  readonly operator: number;
  readonly before: LayerSide | null;
  readonly after: LayerSide | null;
}

/** One model with the designs that are held of it, best first. */
export interface ModelReport {
  readonly name: string;
  readonly path: string;
  /** Of the model's bytes, in hexadecimal. */
  readonly sha256: string;
  readonly optimise: 'Performance' | 'Size';
  readonly designs: {
    /** In the space: as text where the number is not exact. */
    readonly space: number | string;
    readonly evaluated: number;
    /** Of these, those that meet the constraints: all that are ranked. */
    readonly ranked: number;
    /** Of these, those on the front of all systems together. */
    readonly front: number;
    /** Rows of this file. */
    readonly held: number;
  };
  readonly objectives: readonly { readonly column: string; readonly direction: 'min' | 'max' }[];
  /** In the order of the digits; the system is the last digit. */
  readonly choices: readonly Choice[];
  readonly systems: readonly ReportSystem[];
  readonly columns: readonly Column[];
  /** Per system, the value of each column for the unchanged network; null where it is not known. */
  readonly unchanged: readonly (readonly (number | null)[])[];
  readonly rows: {
    /** Place in the ranking from 1; 0 for a pick that the search did not meet. */
    readonly rank: Packed;
    readonly paretoRank: Packed;
    /** Pareto rank among the designs on the same system. */
    readonly systemRank: Packed;
    /** Digit after digit, each for all rows. */
    readonly digits: Packed;
  };
  readonly marks: {
    readonly pick: number | null;
    readonly knees: readonly number[];
    /** Rows that stand for the fronts; their layers are shown. */
    readonly shown: readonly number[];
  };
  /** The layers of the pick, where its weights are fitted to samples: those of others are computed from the model. */
  readonly fitted?: readonly LayerPair[];
}

/** The layers of some designs beside those of the unchanged network. */
export interface ModelLayers {
  readonly parts: readonly string[];
  readonly designs: readonly { readonly row: number; readonly pairs: readonly LayerPair[] }[];
  /** Why there are none, or what to keep in mind. */
  readonly note: string | null;
}

/** Costs of the unchanged network by the number of channels of some feature maps. */
export interface CliffCurve {
  readonly title: string;
  /** Channels of the unchanged network. */
  readonly today: number;
  /** Ascending; the other columns are in this order. */
  readonly channels: readonly number[];
  /** Compiler cycles of the network. */
  readonly cycles: readonly number[];
  /** Bytes of SRAM that it occupies. */
  readonly sram: readonly number[];
  /** Cycles of the layers that write or read these channels today: changes are told as shares of these. */
  readonly ownCycles: number;
  /** Rises that stand out: the number of channels before each. */
  readonly steps: readonly number[];
  /** Numbers of channels that are worth a look: wider ones that cost no more, a narrower one that saves. */
  readonly worth: readonly number[];
  /** Where the next step is, what wider and what narrower numbers cost. */
  readonly sentences: readonly string[];
}

/** The cliffs of a network by its width groups. */
export interface ModelCliffs {
  /** By place in the systems of the model. */
  readonly systems: readonly { readonly system: number; readonly curves: readonly CliffCurve[] }[];
  /** Why there are none, or what is left out. */
  readonly note: string | null;
}

/** A report: the content of `report.json`. */
export interface ReportData {
  readonly schema: typeof REPORT_SCHEMA;
  readonly version: string;
  /** The command line that made it. */
  readonly command: string;
  /** What follows the model in a command that applies a design. */
  readonly applyArguments: readonly string[];
  readonly models: readonly ModelReport[];
}

/** What `report.html` holds: the layers and the cliffs of each model are JSON, deflated (RFC 1951), in base64. */
export interface PageData extends ReportData {
  readonly layers: readonly string[];
  readonly cliffs: readonly string[];
}
