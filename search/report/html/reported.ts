import type { ModelReport } from '../../../report-html/contract.js';
import { datasetOf, type Dataset } from '../../../report-html/dataset.js';
import type { System } from '../../../src/npu/system.js';
import type { SystemChoice } from '../../space/space.js';
import { inflated } from './pack.js';

/** The designs of a model of a report with their numbers unpacked. */
export const unpacked = (model: ModelReport): Promise<Dataset> =>
  datasetOf(model, (text) => Promise.resolve(inflated(text)));

/** The systems of a report, as the estimator takes them. */
export const systemsIn = ({ systems }: ModelReport): SystemChoice[] =>
  systems.map(({ code, system }) => ({ code, system: system as unknown as System }));
