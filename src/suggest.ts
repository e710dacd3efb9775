/** Edit distance with insertions, deletions, substitutions and swaps of neighbours, each counting 1. */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let best = Math.min(row[j - 1]! + 1, last[j]! + 1, last[j - 1]! + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        best = Math.min(best, beforeLast[j - 2]! + 1);
      }
      row.push(best);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length]!;
}

/** The candidate that `word` most likely stands for; undefined when none is close. The case of letters is ignored. */
export function closest(word: string, candidates: Iterable<string>): string | undefined {
  const wanted = word.toLowerCase();
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(word.length / 3)) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(wanted, candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** `; did you mean X?` if a candidate is close, else nothing. */
export function didYouMean(word: string, candidates: readonly string[]): string {
  const near = closest(word, candidates);
  return near === undefined ? '' : `; did you mean ${near}?`;
}

/** Characters that a list of choices may take in a message. */
const LIST_LENGTH = 180;

/** As many of the choices as a message has room for, and how many more there are. */
export function choiceList(candidates: readonly string[]): string {
  let length = 0;
  const fits = candidates.filter((candidate) => (length += candidate.length + 2) <= LIST_LENGTH);
  const rest = candidates.length - fits.length;
  return fits.join(', ') + (rest === 0 ? '' : ` and ${rest} more`);
}

/** `; did you mean X?` if a candidate is close, else `; choose from ...` with what there is. */
export function suggestion(word: string, candidates: readonly string[]): string {
  const choices = candidates.length === 0 ? '' : `; choose from ${choiceList(candidates)}`;
  return didYouMean(word, candidates) || choices;
}
