import { workerData } from 'piscina';
import type { ComparedQuality } from '../../src/samples/measure.js';
import type { Change } from './changes.js';
import { createWorker, type JobSetup } from './jobs.js';

const worker = createWorker(workerData as JobSetup);

/** Task of the pool: output noise of one change. */
export default (change: Change): number => worker.noiseOf(change);

/** Task of the pool: what a design is like. */
export const quality = (digits: Uint16Array): ComparedQuality => worker.qualityOf(digits);
