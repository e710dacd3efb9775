import type { ModelCliffs, ModelLayers, PageData } from '../contract.js';
import { axisValues, isUnchanged, type Dataset } from '../dataset.js';
import { EVERYTHING, selectedRows, type Axes, type Filter } from '../selection.js';

/** Most designs that are pinned at a time: as many as there are colours. */
const MOST_PINS = 4;

/** What the reader chose. */
export interface View {
  readonly x: string;
  readonly y: string;
  readonly relative: boolean;
  readonly filter: Filter;
  /** Rows, the last one pinned last. */
  readonly pinned: readonly number[];
  /** Row on which the keyboard or the pointer is. */
  readonly focus: number | undefined;
}

/** The view with what follows from it. */
export interface Now extends View {
  readonly axes: Axes;
  readonly rows: Uint32Array;
  /** 1 for selected rows. */
  readonly mask: Uint8Array;
}

/** What the page shows of one model. */
export interface Contents {
  readonly page: PageData;
  readonly data: Dataset;
  readonly layers: ModelLayers;
  readonly cliffs: ModelCliffs;
  /** Says something to readers that do not see the page. */
  readonly say: (text: string) => void;
}

/** What all parts of the page share. */
export interface Store extends Contents {
  readonly now: () => Now;
  readonly update: (change: Partial<View>) => void;
  readonly filter: (change: Partial<Filter>) => void;
  readonly togglePin: (row: number) => void;
  /** Takes all filters back and unpins all. */
  readonly clear: () => void;
  /** Calls back now and after each change, with what was before. */
  readonly follow: (draw: (now: Now, before: Now | undefined) => void) => void;
}

const isFiltered = ({ filter }: View): boolean => filter !== EVERYTHING;

/** True where a change lets a part of the page as it is. */
export const isSameSelection = (now: Now, before: Now | undefined): boolean =>
  before !== undefined && before.rows === now.rows && before.axes === now.axes;

/** The row that is pinned first: the pick, else the first knee, else the best design. */
const firstPin = ({ model: { marks }, count }: Dataset): number[] => {
  const row = marks.pick ?? marks.knees[0] ?? (count > 0 ? 0 : undefined);
  return row === undefined ? [] : [row];
};

const firstView = (data: Dataset): View => {
  const { model } = data;
  const names = model.objectives.map(({ column }) => column).filter((name) => data.values.has(name));
  const [x = model.columns[0]!.name, y = x] = names;
  return {
    ...{ x, y, relative: model.systems.length > 1, filter: EVERYTHING, focus: undefined },
    pinned: firstPin(data),
  };
};

/** Keeps the view, and tells the parts of the page when it changes. */
export const createStore = (contents: Contents): Store => {
  const { data, say } = contents;
  const followers: ((now: Now, before: Now | undefined) => void)[] = [];
  const axesOf = ({ x, y, relative }: View): Axes => ({
    x: axisValues(data, x, relative),
    y: axisValues(data, y, relative),
  });
  const selectionOf = (view: View, axes: Axes): Pick<Now, 'rows' | 'mask'> => {
    const rows = selectedRows(data, view.filter, axes);
    const mask = new Uint8Array(data.count);
    for (const row of rows) mask[row] = 1;
    return { rows, mask };
  };
  const first = firstView(data);
  const axes = axesOf(first);
  let now: Now = { ...first, axes, ...selectionOf(first, axes) };
  let drawn: Now | undefined;
  let waiting = false;
  const draw = (): void => {
    waiting = false;
    const before = drawn;
    drawn = now;
    for (const follower of followers) follower(now, before);
  };
  const update = (change: Partial<View>): void => {
    const view: View = { ...now, ...change };
    const sameAxes = view.x === now.x && view.y === now.y && view.relative === now.relative;
    const axes = sameAxes ? now.axes : axesOf(view);
    // A brush is in the units of the axes that it was drawn on.
    const filter =
      sameAxes || view.filter.brush === undefined ? view.filter : { ...view.filter, brush: undefined };
    const same = sameAxes && filter === now.filter;
    now = {
      ...view,
      filter,
      axes,
      ...(same ? { rows: now.rows, mask: now.mask } : selectionOf({ ...view, filter }, axes)),
    };
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(draw);
  };
  return {
    ...contents,
    update,
    now: () => now,
    filter: (change) => update({ filter: { ...now.filter, ...change } }),
    togglePin: (row) => {
      const without = now.pinned.filter((other) => other !== row);
      const isPinned = without.length < now.pinned.length;
      update({ pinned: isPinned ? without : [...without, row].slice(-MOST_PINS) });
      say(isPinned ? 'unpinned' : 'pinned');
    },
    clear: () => {
      say(
        isFiltered(now) || now.pinned.length > 0 ? 'cleared: all designs are selected' : 'nothing to clear',
      );
      update({ filter: EVERYTHING, pinned: [], focus: undefined });
    },
    follow: (follower) => {
      followers.push(follower);
      follower(now, undefined);
      drawn ??= now;
    },
  };
};

/** Rows of the fronts that are selected, from left to right. */
export const frontRows = (data: Dataset, { rows, axes }: Now): number[] =>
  Array.from(rows.filter((row) => data.systemRank[row] === 1 || isUnchanged(data, row))).sort(
    (a, b) => axes.x[a]! - axes.x[b]! || axes.y[a]! - axes.y[b]! || a - b,
  );
