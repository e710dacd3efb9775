import { posix } from 'node:path';
import type { Source } from './sources.js';

/** Something that is cited and not there. */
export interface Fault {
  readonly path: string;
  readonly line: number;
  readonly message: string;
}

/** What a set of files cites: how often, and what of it does not exist. */
export interface Citations {
  readonly count: number;
  readonly faults: readonly Fault[];
}

/** A section of the model, as comments cite it. */
const CITATION = /\bdocs\/model\/(?:([\w-]+\.md)(#[\w-]*)?)?/g;
/** A link of a chapter to a chapter or one of its sections. */
const LINK = /\]\(((?:[\w./-]+\.md)?(?:#[\w-]*)?)\)/g;
/** Numbered documents, sections and rules, none of which is in the repository; a comment may break the line within. */
const OUTSIDE = /\breference[\s*/]+(?:documents?[\s*/]+)?0\d|\b07 [RAC]\d|\u00a7 ?\d/gi;

/** The fragments by which the headings of a Markdown text are linked. */
export function headingsOf(markdown: string): ReadonlySet<string> {
  const fragments = new Set<string>();
  for (const [, heading] of markdown.matchAll(/^#{1,6} +(.+?) *$/gm)) {
    const words = heading!.toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, '');
    fragments.add(`#${words.replaceAll(' ', '-')}`);
  }
  return fragments;
}

const lineOf = (text: string, index: number): number => text.slice(0, index).split('\n').length;

/**
 * Checks what comments cite, and what chapters of the model link to.
 *
 * @param sources files with comments
 * @param chapters Markdown files; links to others are not looked at
 */
export function checkCitations(sources: readonly Source[], chapters: readonly Source[]): Citations {
  const headings = new Map(chapters.map(({ path, text }) => [path, headingsOf(text)]));
  const faults: Fault[] = [];
  let count = 0;
  const check = (from: Source, index: number, path: string, fragment: string | undefined): void => {
    count++;
    const known = headings.get(path);
    const message =
      known === undefined
        ? `there is no ${path}`
        : fragment !== undefined && !known.has(fragment)
          ? `${path} has no heading ${fragment}`
          : undefined;
    if (message !== undefined) faults.push({ path: from.path, line: lineOf(from.text, index), message });
  };
  for (const source of sources) {
    const { path, text } = source;
    for (const { index, 1: chapter, 2: fragment } of text.matchAll(CITATION)) {
      if (chapter !== undefined) check(source, index, `docs/model/${chapter}`, fragment);
    }
    for (const { index, 0: cited } of text.matchAll(OUTSIDE)) {
      const message = `"${cited.replace(/[\s*/]+/g, ' ')}" is not in the repository`;
      faults.push({ path, line: lineOf(text, index), message });
    }
  }
  for (const chapter of chapters) {
    const folder = posix.dirname(chapter.path);
    for (const { index, 1: target } of chapter.text.matchAll(LINK)) {
      const [file, fragment] = target!.split('#') as [string, string | undefined];
      const path = file === '' ? chapter.path : posix.join(folder, file);
      if (posix.dirname(path) !== folder) continue;
      check(chapter, index, path, fragment === undefined ? undefined : `#${fragment}`);
    }
  }
  return { count, faults };
}
