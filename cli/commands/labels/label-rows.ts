import type { LabelLine } from '../../../db/index.ts';
import { printable, table } from '../../print.ts';

/** Labels as a table, one a line. */
export function labelTable(lines: readonly LabelLine[]): string {
  const rows = lines.map((line) => [
    line.id,
    line.round,
    line.score,
    printable(line.categoryName),
    line.areaPx2,
    outcomeText(line),
    line.verdict ?? '',
    line.change === null ? '' : `${line.change.kind}${line.change.iou > 0 ? ` ${line.change.iou.toFixed(2)}` : ''}`,
    line.suspicion === null ? '' : `${line.suspicion.kind} ${line.suspicion.strength.toFixed(2)}`,
    `i${line.image}`,
    printable(line.fileName),
  ]);
  return table(['id', 'round', 'score', 'class', 'area px²', 'outcome', 'verdict', 'change', 'suspicion', 'image', 'picture'], rows);
}

/** `kept: score`, or `open` before the selection of its round. */
export function outcomeText({ selection }: Pick<LabelLine, 'selection'>): string {
  return selection.status === 'open' ? 'open' : `${selection.status}: ${selection.reason}`;
}
