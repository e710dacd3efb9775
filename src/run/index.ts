/** Runs networks on samples, in integers, as the reference kernels of TFLite do. */
export { createInterpreter, whyNotRunnable, type Interpreter } from './interpreter.js';
export { crossGram, gram, multiplyTransposed } from './matrix.js';
export { roundAway } from './multiplier.js';
export { prepareOperator, RUNNABLE_KINDS } from './prepare.js';
export type { Kernel } from './site.js';
export { RANGES, realValues, zeros, zerosLike, type Values } from './values.js';
