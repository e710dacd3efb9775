import { inputError, type ParetouError } from '../errors.js';

/** An error about the contents of a model file, e.g. `net.tflite: operator 3 of subgraph 0: ...; pass a valid model`. */
export const modelFault = (file: string, subject: string, reason: string): ParetouError =>
  inputError(`${file}: ${subject} ${reason}; pass a valid .tflite model`);
