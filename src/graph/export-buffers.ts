import type { BufferTable, ModelTable } from '../tflite/nodes.js';

/** The buffers of a model to which changed tensors are written. */
export interface BufferList {
  /** Index of a buffer with these bytes: that of the buffer `previous` where nothing else uses it. */
  readonly put: (bytes: Uint8Array, previous: number | undefined) => number;
  /** Index of a buffer without data. */
  readonly empty: () => number;
  readonly tables: () => readonly BufferTable[];
}

const NO_BUFFER: BufferTable = {};

const isEmpty = (buffer: BufferTable | undefined): boolean =>
  buffer !== undefined && !buffer.data?.length && (buffer.offset ?? 0n) <= 1n;

/**
 * Starts from the buffers of a model.
 *
 * @param root the model before
 * @param entry buffers that the tensors of its entry graph use after the change, once per tensor that keeps its data
 */
export const bufferList = (root: ModelTable, entry: readonly number[]): BufferList => {
  const buffers = [...(root.buffers ?? [NO_BUFFER])];
  const [graph, ...others] = root.subgraphs ?? [];
  const kept = new Set([
    0,
    ...entry,
    ...others.flatMap(({ tensors = [] }) => tensors.map(({ buffer = 0 }) => buffer)),
    ...(root.metadata ?? []).map(({ buffer = 0 }) => buffer),
    ...(root.metadata_buffer ?? []),
  ]);
  // What only replaced tensors used is free: it is used again, or its data is dropped.
  const free = new Set((graph?.tensors ?? []).map(({ buffer = 0 }) => buffer).filter((b) => !kept.has(b)));
  return {
    put: (data, previous) => {
      if (previous === undefined || !free.delete(previous)) return buffers.push({ data }) - 1;
      buffers[previous] = { data };
      return previous;
    },
    empty: () => (isEmpty(buffers[0]) ? 0 : buffers.push(NO_BUFFER) - 1),
    tables: () => buffers.map((buffer, index) => (free.has(index) && !isEmpty(buffer) ? NO_BUFFER : buffer)),
  };
};
