/** One thing that there is to say: as part of a sentence, and in few words where a table has room for them. */
export interface Finding {
  readonly sentence: string;
  /** The most telling first; none of what only a sentence can say. */
  readonly words: readonly string[];
}

/** All that is found, in a sentence without its end. */
export const sentenceOf = (findings: readonly Finding[]): string =>
  findings.map(({ sentence }) => sentence).join('; ');

/** All that is found, in few words. */
export const wordsOf = (findings: readonly Finding[]): readonly string[] =>
  findings.flatMap(({ words }) => words);
