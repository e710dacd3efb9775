import { formatChanges } from '../space/changes.js';
import { RETAINED_NOTE } from '../emit/retained-weights.js';
import type { Applied } from './describe-design.js';
import { figuresRecord, layerRecord, retainedRecord, systemRecord, type Fields } from './records.js';

/** Version of the shape of `appliedRecord`. */
const APPLY_SCHEMA = 'paretou/apply@1';

/** A design's changes as a JSON object; figures have the names of `ranking.csv`, unknown shares are null. */
export const appliedRecord = (applied: Applied): Fields => {
  const { model, design, changes, layers, parameters, retained, retainedUnknown, systems } = applied;
  return {
    schema: APPLY_SCHEMA,
    model,
    design,
    ...formatChanges(changes),
    parameters,
    ...retainedRecord(retained, retainedUnknown),
    note: RETAINED_NOTE,
    layers: layers.map(layerRecord),
    systems: systems.map(({ system, before, after }) => ({
      ...systemRecord(system),
      before: figuresRecord(before),
      after: figuresRecord(after),
    })),
  };
};
