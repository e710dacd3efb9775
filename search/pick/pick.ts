import { pickByFigures } from './by-figures.js';
import { pickByMeasuring } from './by-measuring.js';
import type { Picked, PickRequest } from './request.js';

export type { Picked, PickEnds, PickRequest, SearchProgress } from './request.js';

/** Picks the preferred design of a space: by figures alone or, where there are samples, by what is measured on them. */
export const pick = (request: PickRequest): Promise<Picked> =>
  request.measuring === undefined ? pickByFigures(request) : pickByMeasuring(request, request.measuring);
