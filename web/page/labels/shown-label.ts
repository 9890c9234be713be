import type { LabelTile } from '../../contract/labels.ts';
import type { CategoryFacts } from '../../contract/verdicts.ts';
import type { Said } from '../decide/said-labels.ts';

/** What a tile of the gallery says of its label. */
export interface ShownLabel {
  readonly categoryName: string;
  readonly classIndex: number;
  /** What people said of it, in a word; null for nothing, or where the line below the picture has it. */
  readonly verdict: string | null;
}

/**
 * A label as the server told of it, with what was said here since.
 * @param classes of the run; what they do not name keeps the class that it had
 */
export function shownLabel(tile: LabelTile, said: Said | undefined, classes: readonly CategoryFacts[]): ShownLabel {
  const { categoryName, classIndex } = tile;
  if (said === undefined) return { categoryName, classIndex, verdict: tile.of === 'drawn' ? null : tile.verdict };
  if (said.verdict !== 'corrected') return { categoryName, classIndex, verdict: said.verdict };
  const now = classes.find(({ id }) => id === said.category);
  return { categoryName: now?.name ?? categoryName, classIndex: now?.classIndex ?? classIndex, verdict: said.verdict };
}
