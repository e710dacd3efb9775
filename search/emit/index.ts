export { describeDesign, type Applied } from './applied.js';
export { APPLY_SCHEMA, appliedRecord } from './applied-record.js';
export { appliedText } from './applied-text.js';
export { changedLayers, type BeforeAfter, type ChangedLayer } from './changed-layers.js';
export { designFileName, emitDesign } from './emit.js';
export { nameDesign, type NamedBy, type NamedDesign } from './named-design.js';
