/** The three families, oldest first. */
export const FAMILIES = ['u55', 'u65', 'u85'] as const;
export type Family = (typeof FAMILIES)[number];

/** H, W, C. */
export type Block = readonly [number, number, number];
