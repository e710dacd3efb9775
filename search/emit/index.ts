export { changedLayers, type BeforeAfter, type ChangedLayer } from './changed-layers.js';
export { designFileName, emitDesign } from './design-file.js';
export { nameDesign, type NamedBy, type NamedDesign } from './named-design.js';
