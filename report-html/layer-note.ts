import type { LayerPair } from './contract.js';
import { isUnchanged, valueAt, type Dataset } from './dataset.js';
import { countText } from './words.js';

/** Where the layers of a design are of other weights than its figures, or may yet be: what to keep in mind. */
export const layerNote = (data: Dataset, row: number, pairs: readonly LayerPair[]): string => {
  if (isUnchanged(data, row)) return '';
  const here = pairs.reduce((sum, { after }) => sum + (after?.cycles ?? 0), 0);
  const there = valueAt(data, 'cycles_total', row);
  if (!Number.isNaN(there) && here !== there)
    return (
      `These layers take ${countText(here)} cycles in all, the design ${countText(there)}: its weights are fitted to ` +
      'samples, those of these layers are not, and other weights are encoded to other sizes.'
    );
  return valueAt(data, 'predicted', row) === 1 && valueAt(data, 'output_noise', row) > 0
    ? 'These weights are not fitted to samples; fitted weights can be encoded to other sizes.'
    : '';
};
