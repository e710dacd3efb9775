import { join } from 'node:path';
import type { Estimate } from '../estimate/types.js';
import { fileNamePart, writeWhole } from '../files.js';
import { layersCsv } from './layers.js';
import { summaryCsv } from './summary.js';

/**
 * Writes the summary and the per-layer file of an estimate.
 * @param distinguish put the accelerator into the names, so that several estimates of one network can stand side by side
 * @returns the paths of the two files
 */
export function writeReports(estimate: Estimate, directory: string, distinguish: boolean): readonly string[] {
  const name = fileNamePart(estimate.network) + (distinguish ? `_${estimate.accelerator}` : '');
  const reports = [
    [`${name}_summary_${fileNamePart(estimate.systemConfig)}.csv`, summaryCsv(estimate)],
    [`${name}_per-layer.csv`, layersCsv(estimate)],
  ] as const;
  return reports.map(([file, content]) => {
    const path = join(directory, file);
    writeWhole(path, content);
    return path;
  });
}
