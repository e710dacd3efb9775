export { describeDesign, type Applied } from './describe-design.js';
export { APPLY_SCHEMA, appliedRecord } from '../report/apply-json.js';
export { appliedText } from '../report/apply-text.js';
export { changedLayers, type BeforeAfter, type ChangedLayer } from './changed-layers.js';
export { designFileName, emitDesign } from './design-file.js';
export { nameDesign, type NamedBy, type NamedDesign } from './named-design.js';
