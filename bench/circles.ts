import { posix } from 'node:path';
import type { Source } from './sources.js';

/** An import of one file by another. */
export interface Import {
  readonly from: string;
  readonly to: string;
}

/** Files and folders in one folder that lead to each other by imports. */
export interface Circle {
  /** The folder that they are in; empty for the checkout. */
  readonly folder: string;
  readonly entries: readonly string[];
  /** Imports from one of them to another. */
  readonly imports: readonly Import[];
}

/** The command line stands beside `src` and `search`, which it puts together. */
const APART = 'src/cli';

const SPECIFIER = /(?:\bfrom|\bimport\(?)\s*'(\.[^']*)'/g;

/** The imports of files by relative path, those of types too. */
export const importsOf = (sources: readonly Source[]): Import[] =>
  sources.flatMap(({ path, text }) =>
    [...text.matchAll(SPECIFIER)].map(([, specifier]) => ({
      from: path,
      to: posix.join(posix.dirname(path), specifier!).replace(/\.js$/, '.ts'),
    })),
  );

/** The folders that a file is in, the outermost first, and its name. */
const stepsOf = (path: string): string[] =>
  path.startsWith(`${APART}/`) ? [APART, ...path.slice(APART.length + 1).split('/')] : path.split('/');

type Graph = Map<string, Map<string, Import[]>>;

/** Each import as one between entries of the innermost folder that both files are in, by folder. */
function graphsOf(imports: readonly Import[]): Map<string, Graph> {
  const graphs = new Map<string, Graph>();
  for (const each of imports) {
    const [from, to] = [stepsOf(each.from), stepsOf(each.to)];
    let depth = 0;
    while (from[depth] === to[depth] && depth < from.length) depth++;
    if (depth === from.length) continue;
    const folder = from.slice(0, depth).join('/');
    const graph: Graph = graphs.get(folder) ?? new Map<string, Map<string, Import[]>>();
    const edges = graph.get(from[depth]!) ?? new Map<string, Import[]>();
    edges.set(to[depth]!, [...(edges.get(to[depth]!) ?? []), each]);
    graphs.set(folder, graph.set(from[depth]!, edges));
  }
  return graphs;
}

/** All that an entry leads to. */
function reachable(graph: Graph, start: string): Set<string> {
  const found = new Set<string>();
  const visit = (entry: string): void => {
    for (const next of graph.get(entry)?.keys() ?? []) {
      if (found.has(next)) continue;
      found.add(next);
      visit(next);
    }
  };
  visit(start);
  return found;
}

/**
 * The circles of imports: in each folder of the checkout no entry, a file or a folder with all in it, may lead to itself
 * through another. That leaves no circle between files either.
 */
export function circlesOf(imports: readonly Import[]): Circle[] {
  const circles: Circle[] = [];
  for (const [folder, graph] of graphsOf(imports)) {
    const leads = new Map([...graph.keys()].map((entry) => [entry, reachable(graph, entry)]));
    const told = new Set<string>();
    for (const [entry, others] of leads) {
      if (!others.has(entry) || told.has(entry)) continue;
      const entries = [...others].filter((other) => leads.get(other)?.has(entry) === true).sort();
      entries.forEach((other) => told.add(other));
      const within = entries.flatMap((from) =>
        entries.flatMap((to) => (from === to ? [] : (graph.get(from)?.get(to) ?? []))),
      );
      circles.push({ folder, entries, imports: within });
    }
  }
  return circles.sort((a, b) => (a.folder < b.folder ? -1 : 1));
}
