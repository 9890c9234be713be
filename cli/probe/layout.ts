import { type Cell, printable } from '../print.ts';

/** Characters of a line of the page. */
export const LINE = 110;
const LABEL = 11;

/** Paragraphs with a label before the first, each wrapped and its later lines indented; nothing where there are none. */
export function entry(label: string, paragraphs: readonly string[]): readonly string[] {
  const lines = paragraphs.flatMap((paragraph) =>
    wrap(printable(paragraph), LINE - LABEL - 2)
      .join('\n  ')
      .split('\n'),
  );
  return lines.map((line, index) => `${(index === 0 ? label : '').padEnd(LABEL)}${line}`);
}

/** A row of a table whose cells are paragraphs, as rows of single lines. */
export function wrappedRow(label: string, cells: readonly (readonly string[])[], width: number): readonly (readonly Cell[])[] {
  const columns = cells.map((paragraphs) => paragraphs.flatMap((paragraph) => wrap(paragraph, width)));
  const height = Math.max(...columns.map((lines) => lines.length));
  return Array.from({ length: height }, (_, line) => [line === 0 ? label : '', ...columns.map((lines) => lines[line] ?? '')]);
}

/** Words in lines of at most `width` characters; a longer word has a line of its own. */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const line = lines.at(-1);
    if (line === undefined || line.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines;
}

export const plural = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;
