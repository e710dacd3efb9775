import type { Fit, MemoryFit } from '../budget/fit.js';
import { shortenMiddle } from '../safe-text.js';
import { kibibytes, wrap } from '../text.js';
import type { Json } from './json-value.js';

const NAMES: Readonly<Record<MemoryFit['memory'], string>> = { sram: 'SRAM', flash: 'flash' };

const inKibibytes = (bytes: number): string => `${kibibytes(bytes, 1)} KiB`;

const memoryText = ({ memory, needed, size, spare }: MemoryFit): string => {
  const taken = `${NAMES[memory]} ${inKibibytes(needed)}`;
  if (size === undefined || spare === undefined) return `${taken}, and its size is not stated`;
  return `${taken} of ${inKibibytes(size)}, ${inKibibytes(Math.abs(spare))} ${spare < 0 ? 'missing' : 'to spare'}`;
};

const VERDICTS = { true: 'fits', false: 'does not fit', undefined: 'no verdict' } as const;

const NAME_LENGTH = 40;

/** Whether a network fits on a part, with what is spare or missing, and what sets the peak. */
export const fitLines = ({ part, memories, fits, peak }: Fit): readonly string[] => {
  const largest =
    peak?.largest === undefined
      ? ''
      : `, most of it ${shortenMiddle(peak.largest.name, NAME_LENGTH)} (${inKibibytes(peak.largest.bytes)})`;
  const advice =
    fits === undefined ? 'State the sizes in a parts file, with like: and sram: (docs/usage.md).' : undefined;
  return [
    wrap(`On ${part.name} (${part.id}): ${VERDICTS[`${fits}`]}: ${memories.map(memoryText).join('; ')}.`),
    ...(peak === undefined
      ? []
      : [wrap(`The peak of the SRAM is at ${shortenMiddle(peak.layer, NAME_LENGTH)}${largest}.`)]),
    ...(advice === undefined ? [] : [wrap(advice)]),
    wrap(`Figures of the part: ${part.source}`),
  ];
};

/** The same as data. */
export const fitJson = ({ part, memories, fits, peak }: Fit): { readonly [key: string]: Json } => ({
  part: part.id,
  name: part.name,
  source: part.source,
  fits: fits ?? null,
  memories: memories.map(({ memory, needed, size, spare }) => ({
    memory,
    needed_bytes: needed,
    size_bytes: size ?? null,
    spare_bytes: spare ?? null,
  })),
  peak:
    peak === undefined
      ? null
      : {
          layer: peak.layer,
          tensor: peak.largest?.name ?? null,
          tensor_bytes: peak.largest?.bytes ?? null,
        },
});
