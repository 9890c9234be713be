import type { Rle } from './mask.ts';
import { forEachRun, RunWriter, scratch } from './rle-runs.ts';
import { areaOf } from './size.ts';

/**
 * The parts of a mask that hang together by sides or corners of pixels (8-connected), largest first, of equal ones the one that begins
 * first in column-major order; none for an empty mask. Each is as large as the whole image. Costs what the outline costs.
 */
export function components(mask: Rle): Rle[] {
  const pieces = columnPieces(mask);
  const links = connect(pieces);
  const parts = new Map<number, Part>();
  for (const [at, piece] of pieces.entries()) {
    const root = rootOf(links, at);
    const part = parts.get(root) ?? { areaPx2: 0, pieces: [] };
    part.areaPx2 += piece.y2 - piece.y1;
    part.pieces.push(piece);
    parts.set(root, part);
  }
  // The order of equal ones stays that of their first pieces, as sorting is stable.
  return [...parts.values()].sort((a, b) => b.areaPx2 - a.areaPx2).map(({ pieces }) => maskOf(pieces, mask));
}

/** Ones below each other: column x, rows y1 to y2 - 1. */
interface Piece {
  readonly x: number;
  readonly y1: number;
  readonly y2: number;
}

interface Part {
  areaPx2: number;
  readonly pieces: Piece[];
}

/** The runs of ones in order, cut where a column ends, as the next column's top is no neighbour of this one's bottom. */
function columnPieces(mask: Rle): Piece[] {
  const { height } = mask.size;
  const pieces: Piece[] = [];
  forEachRun(mask, (start, end) => {
    for (let x = Math.floor(start / height); x * height < end; x++) {
      const y1 = Math.max(0, start - x * height);
      const y2 = Math.min(height, end - x * height);
      const last = pieces.at(-1);
      // Two runs that only a run of no length parts are one.
      if (last?.x === x && last.y2 === y1) pieces[pieces.length - 1] = { ...last, y2 };
      else pieces.push({ x, y1, y2 });
    }
  });
  return pieces;
}

/** Union-find: each piece links to an earlier one of its part, the first of a part to itself. */
function connect(pieces: readonly Piece[]): Uint32Array {
  const links = Uint32Array.from(pieces, (_, at) => at);
  // No piece before this one can touch a later one.
  let first = 0;
  for (const [at, { x, y1, y2 }] of pieces.entries()) {
    while (pieces[first].x < x - 1 || (pieces[first].x === x - 1 && pieces[first].y2 < y1)) first++;
    for (let left = first; pieces[left].x === x - 1 && pieces[left].y1 <= y2; left++) {
      const [a, b] = [rootOf(links, left), rootOf(links, at)];
      links[Math.max(a, b)] = Math.min(a, b);
    }
  }
  return links;
}

function rootOf(links: Uint32Array, at: number): number {
  let root = at;
  while (links[root] !== root) {
    links[root] = links[links[root]];
    root = links[root];
  }
  return root;
}

function maskOf(pieces: readonly Piece[], { size }: Rle): Rle {
  const total = areaOf(size);
  const runs = new RunWriter(scratch(2 * pieces.length + 1));
  for (const { x, y1, y2 } of pieces) {
    runs.change(x * size.height + y1);
    if (x * size.height + y2 < total) runs.change(x * size.height + y2);
  }
  return { size, counts: runs.end(total) };
}
