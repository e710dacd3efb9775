import { z } from 'zod';
import { SIZE, SIZE_WORDS } from './sizes.js';

/** What a validator says of any value that it does not take. */
export const says = (error: string) => ({ error });

/** What it says of values of another type only; other faults have sentences of their own. */
export const saysOfType = (error: string) => ({
  error: (issue: { readonly code: string | undefined }) =>
    issue.code === 'invalid_type' ? error : undefined,
});

/** A size of memory: bytes, or words such as `256 KiB`. */
export const sizeValue = z.union(
  [z.int(says(SIZE_WORDS)).min(0, says('must be at least 0')), z.string().regex(SIZE, says(SIZE_WORDS))],
  says(SIZE_WORDS),
);
