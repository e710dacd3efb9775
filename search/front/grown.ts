/** The same numbers with room for more after them: twice as many, where nothing else is said. */
export const grown = <T extends Float64Array | Int32Array | Uint16Array>(
  old: T,
  length = 2 * old.length,
): T => {
  const wider = new (old.constructor as new (length: number) => T)(length);
  wider.set(old);
  return wider;
};
