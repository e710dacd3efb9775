import type { CpuGroup } from '../explain/cpu.js';
import type { NetworkTraits } from '../graph/traits.js';
import { plural, shortened, wrap } from '../text.js';
import type { Json } from './json-value.js';

/** Longest name of an operator that a list shows: the code of a custom one is what its author makes it. */
const NAME_LENGTH = 40;

/** Groups with one reason and one fix, which share a line. */
function merged(groups: readonly CpuGroup[]): readonly (readonly CpuGroup[])[] {
  const byReason = new Map<string, CpuGroup[]>();
  for (const group of groups) {
    const key = `${group.reason}\n${group.fix ?? ''}`;
    byReason.set(key, [...(byReason.get(key) ?? []), group]);
  }
  return [...byReason.values()];
}

/** How {@link cpuLines} lists operators. */
export interface CpuText {
  /** With their numbers in the model. */
  readonly numbered?: boolean;
}

/** Numbers that a line shows. */
const NUMBERS = 12;

function nameText({ operator, count, origins }: CpuGroup, numbered: boolean): string {
  const name = `${count} x ${shortened(operator, NAME_LENGTH)}`;
  if (!numbered || origins.length === 0) return name;
  const more = origins.length > NUMBERS ? ', …' : '';
  return `${name} (${origins.slice(0, NUMBERS).join(', ')}${more})`;
}

/**
 * What runs on the CPU, in lines: how many operators, that their time is missing, then each reason with the operators
 * and with what would bring them to the NPU.
 *
 * @param npuOperators operations on the NPU beside them
 * @param traits a float network has been told to be one, so that its operators need not be told again what to do
 */
export function cpuLines(
  groups: readonly CpuGroup[],
  npuOperators: number,
  { kind }: NetworkTraits,
  { numbered = false }: CpuText = {},
): readonly string[] {
  const count = groups.reduce((sum, group) => sum + group.count, 0);
  if (count === 0) return [];
  const beside = npuOperators === 0 ? 'nothing runs on the NPU' : 'their time is not in the cycles';
  return [
    `On the CPU: ${plural(count, 'operator')}; ${count === 1 ? beside.replace('their', 'its') : beside}:`,
    ...merged(groups).flatMap((group) => {
      const [{ reason, fix }] = group as [CpuGroup];
      const names = group.map((each) => nameText(each, numbered));
      const isTold = kind === 'float' && reason.startsWith('float');
      return [
        wrap(`${names.join(', ')}: ${reason}`, '  ', '    '),
        ...(fix === undefined || isTold ? [] : [wrap(`fix: ${fix}`, '    ', '      ')]),
      ];
    }),
  ];
}

/** The same as data. */
export const cpuJson = (groups: readonly CpuGroup[]): Json =>
  groups.map(({ operator, reason, count, origins, fix }) => ({
    operator,
    reason,
    count,
    operators: origins,
    fix: fix ?? null,
  }));
