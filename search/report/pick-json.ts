import type { LayerExplanation } from '../../src/explain/types.js';
import { changesOf, formatChanges } from '../space/changes.js';
import {
  constraintsRecord,
  figuresRecord,
  headlineRecord,
  layerRecord,
  retainedRecord,
  wholeSystemRecord,
  type Fields,
} from './records.js';
import { RETAINED_NOTE } from '../emit/retained-weights.js';
import { formatObjective } from '../rank/objectives.js';
import type { Space } from '../space/space.js';
import { accountNotes, type PickAccount } from './account/account.js';
import type { Alternative } from './account/variables.js';
import type { Candidate, Wish } from '../pick/candidates.js';
import { bytesOf, cyclesOf, type Pair } from './account/pairs.js';
import type { Picked } from '../pick/pick.js';
import { operationText } from './account/words.js';

/** Version of the shape of `pick.json`. */
export const PICK_SCHEMA = 'paretou/pick@1';

/** Where the model came from, and how it was searched. */
export interface PickSource {
  readonly version: string;
  readonly path: string;
  readonly sha256: string;
  readonly seed: number;
  readonly notes: readonly string[];
}

/** A design in a few figures. */
const briefRecord = ({ id, numbers }: Pick<Candidate, 'id' | 'numbers'>): Fields => ({
  design: id,
  ...headlineRecord(numbers),
});

const alternativeRecord = (alternative: Alternative | undefined): Fields | null =>
  alternative === undefined ? null : { choice: alternative.choice, ...briefRecord(alternative.candidate) };

const operationRecord = (explained: LayerExplanation): Fields => {
  const { account, layer } = explained;
  return {
    operation: operationText(explained),
    cycles: layer.cycles,
    macs: layer.macs,
    bytes: bytesOf([explained]),
    bound: account.bound,
    factors: [...account.factors, ...account.waits].map(({ name, value, sentence }) => ({
      name,
      value,
      sentence,
    })),
  };
};

const pairRecord = ({ before, after }: Pair): Fields => ({
  cycles: { before: cyclesOf(before), after: cyclesOf(after) },
  bytes: { before: bytesOf(before), after: bytesOf(after) },
  operations: { before: before.map(operationRecord), after: after.map(operationRecord) },
});

const searchRecord = ({ sweeps, refined, meeting, paying, evaluated, stopped }: Picked): Fields => ({
  searches: sweeps.map(({ explorations }) => explorations[0]!.facts),
  lines: sweeps.flatMap(({ explorations }) => explorations[0]!.lines),
  designs_evaluated: evaluated,
  designs_meeting_constraints: meeting,
  designs_meeting_constraints_and_cheaper: paying,
  improved_from: refined?.steps ?? [],
  every_choice_tried: refined?.neighbours !== undefined,
  stopped: stopped ?? null,
  interrupted: stopped === 'interrupted',
});

const staysRecord = (account: PickAccount | undefined): Fields[] | null =>
  account?.stays?.map(({ kind, operator, best, sentence }) => ({
    kind,
    operator,
    best_change: alternativeRecord(best),
    explanation: sentence,
  })) ?? null;

const accountRecord = (account: PickAccount, space: Space): Fields => {
  const { candidate, system, before, after, retained, retainedUnknown } = account;
  return {
    system: { ...wholeSystemRecord(system), optimise: space.optimise },
    design: candidate.id,
    substitutions: account.substitutions,
    widths: account.widths,
    figures: {
      before: figuresRecord(before),
      after: figuresRecord(after),
    },
    encoded_sizes: after.predicted === 1 ? 'predicted' : 'exact',
    parameters: { before: before.parameters, after: after.parameters },
    ...retainedRecord(retained, retainedUnknown),
    layers: account.changed.map(({ layer, pair, undone, sentence }) => ({
      ...layerRecord(layer),
      ...(pair && pairRecord(pair)),
      undone: alternativeRecord(undone),
      explanation: sentence,
    })),
    width_groups: account.widthsChanged.map(({ operator, operators, channels, undone, sentence }) => ({
      operator,
      operators,
      channels,
      undone: alternativeRecord(undone),
      explanation: sentence,
    })),
    other_layers: account.others.map(({ pair, sentence }) => ({
      operator: pair.operator,
      ...pairRecord(pair),
      explanation: sentence,
    })),
    unchanged: staysRecord(account),
  };
};

/** A design that is near on one side, with the unchanged network on its system. */
const sideRecord = (candidate: Candidate | undefined, space: Space): Fields | null => {
  if (candidate === undefined) return null;
  const { cycles_total, sram_total_bytes, external_total_bytes } = candidate.baseline ?? candidate.numbers;
  return {
    ...briefRecord(candidate),
    ...formatChanges(changesOf(space, candidate.digits)),
    unchanged: { cycles_total, sram_total_bytes, external_total_bytes },
  };
};

/**
 * Contents of `pick.json`: the picked design with its reasons; or `design: null`, the nearest one on each side, and what
 * each change of the unchanged network would cost.
 * Figures have the names of `ranking.csv`, unknown shares are null.
 */
export const pickRecord = (
  source: PickSource,
  wish: Wish,
  picked: Picked,
  account: PickAccount | undefined,
): Fields => {
  const { space } = picked.study;
  return {
    schema: PICK_SCHEMA,
    version: source.version,
    model: space.network.name,
    path: source.path,
    sha256: source.sha256,
    prefer: wish.preference,
    constraints: constraintsRecord(wish.constraints),
    min_gain: wish.minGain,
    objectives: wish.objectives.map(formatObjective),
    ...(account === undefined || picked.refined === undefined
      ? {
          design: null,
          nearest: {
            cheaper: sideRecord(picked.sides?.cheaper, space),
            meeting_constraints: sideRecord(picked.sides?.meeting, space),
          },
          unchanged: staysRecord(account),
        }
      : { ...accountRecord(account, space), cheaper: sideRecord(picked.cheaper, space) }),
    search: { ...searchRecord(picked), seed: source.seed },
    notes: [RETAINED_NOTE, ...source.notes, ...(account === undefined ? [] : accountNotes(account))],
  };
};
