import type { U55Accelerator } from '../../npu/u55-tables.js';
import type { OpClass } from '../operation.js';

/** Height and width of the ublock in which OFMs of one row are produced where they can be. */
export const FLAT_UBLOCK = [1, 4] as const;

/** Whether an OFM of one row and even width is produced in flat ublocks (docs/model/cycles-u55-u65.md#ublocks). */
export const isFlat = (
  opClass: OpClass,
  ofmH: number,
  ofmW: number,
  kernelH: number,
  acc: U55Accelerator,
): boolean =>
  acc.ofmUblock[0] === 2 &&
  (opClass === 'conv' || opClass === 'vector-product') &&
  ofmH === 1 &&
  ofmW % 2 === 0 &&
  kernelH === 1;
