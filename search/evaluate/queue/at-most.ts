/** Resolves when the work is done, with true; or after so many milliseconds or when it fails, with false. */
export const atMost = async (milliseconds: number, work: Promise<unknown>): Promise<boolean> => {
  let timer: NodeJS.Timeout | undefined;
  const isDone = await Promise.race([
    work.then(
      () => true,
      () => false,
    ),
    new Promise<false>((resolve) => (timer = setTimeout(() => resolve(false), milliseconds))),
  ]);
  clearTimeout(timer);
  return isDone;
};
