const UNITS: Readonly<Record<string, number>> = {
  B: 1,
  kB: 1000,
  KiB: 1024,
  MB: 1000 ** 2,
  MiB: 1024 ** 2,
  GB: 1000 ** 3,
  GiB: 1024 ** 3,
};

/** A size in words, such as `256 KiB` or `1.5 MiB`. */
export const SIZE = /^(\d+(?:\.\d+)?) ?(B|kB|KiB|MB|MiB|GB|GiB)$/;

/** What a size may be, for messages. */
export const SIZE_WORDS = 'must be a number of bytes, or a size such as 256 KiB or 1.5 MiB';

/** Whole bytes of a size: a number of bytes, or words of the form {@link SIZE}. */
export const bytesIn = (size: number | string): number => {
  if (typeof size === 'number') return size;
  const [, amount, unit] = SIZE.exec(size)!;
  return Math.floor(Number(amount) * UNITS[unit!]!);
};
