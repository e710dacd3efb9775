/** Scale n/d of an axis with the offset of its first sample. */
export interface Fraction {
  readonly n: number;
  readonly d: number;
  readonly offset: number;
}

/** What a `Resize` does; kept in `Op.extra`. */
export interface ResizePlan {
  readonly y: Fraction;
  readonly x: Fraction;
  readonly bilinear: boolean;
}
