import { applierOf } from '../../emit/apply.js';
import type { Fitting } from '../../emit/fit/fitting.js';
import { STANDARD } from '../../substitute/index.js';
import type { Space } from '../../space/space.js';

/**
 * A fitting for samples that only stand in for real ones: it chooses and refits the channels of designs in which nothing
 * but widths changes, which is what such samples are good for. Other designs keep the weights of the original.
 */
export const widthsOnly = (fitting: Fitting, space: Space): Fitting => ({
  ...fitting,
  network: (digits) =>
    space.sites.every(({ options }, i) => options[digits[i]!] === STANDARD)
      ? fitting.network(digits)
      : applierOf(space).network(digits),
});
