import { SelfpasteError } from '../../../core/index.ts';
import { type DrawnLine, type LabelLine, type LabelOrder, listDrawn, listLabels, type RunDatabase } from '../../../db/index.ts';
import { type LabelRef, labelName } from '../../../pipeline/index.ts';
import { type Cell, printable, table } from '../../print.ts';
import { drawnOrder, type QueryOptions, queryOf } from './query-options.ts';

/** A label of a list. By its `id`, commands know it. */
export type ListLine = PredictionLine | DrawnListLine;
export type PredictionLine = LabelLine & { readonly of: 'prediction' };
export type DrawnListLine = DrawnLine & { readonly of: 'drawn'; readonly id: string };

/** Where a page begins: after this label, which has this rank in the list's order. */
export type ListCursor = LabelRef & { readonly rank: number };

export interface ListedOptions extends QueryOptions {
  /** By default the best scores, or what people drew picture by picture. */
  readonly order?: LabelOrder;
}

/**
 * A page of what the options ask for: all predictions, or all drawn.
 * @throws SelfpasteError USAGE_QUERY for an order or a cursor of the other kind, and as {@link queryOf}
 */
export function listLines(db: RunDatabase, options: ListedOptions, limit: number, after?: ListCursor): ListLine[] {
  const query = queryOf(db, options);
  if (after !== undefined && after.of !== query.of) throw otherList(after);
  if (query.of === 'drawn') {
    const lines = listDrawn(db, query.filter, drawnOrder(options.order), limit, after?.of === 'drawn' ? after : undefined);
    return lines.map((line) => ({ of: 'drawn', id: labelName({ of: 'drawn', drawn: line.drawn }), ...line }));
  }
  const cursor = after?.of === 'prediction' ? { id: after.prediction, rank: after.rank } : undefined;
  return listLabels(db, query.filter, options.order ?? 'score-desc', limit, cursor).map((line) => ({ of: 'prediction', ...line }));
}

function otherList(after: ListCursor): SelfpasteError {
  return new SelfpasteError(
    'USAGE_QUERY',
    `Expected a cursor of this list for --after, got one of ${after.of === 'drawn' ? 'what people drew' : 'predictions'}`,
    'give the options of the page that printed it',
  );
}

/** What a list without lines says. */
export const nothingFound = ({ verdict }: QueryOptions): string => `no ${verdict === 'drawn' ? 'drawn labels' : 'predictions'} match`;

/** The lines of a page, which are of one kind and at least one, as a table. */
export const labelTable = (lines: readonly ListLine[]): string => table(HEADERS[lines[0].of], lines.map(cellsOf));

const HEADERS: Readonly<Record<ListLine['of'], readonly string[]>> = {
  prediction: ['id', 'round', 'score', 'class', 'area px²', 'outcome', 'verdict', 'change', 'suspicion', 'image', 'picture'],
  drawn: ['id', 'class', 'area px²', 'verdict', 'image', 'picture'],
};

function cellsOf(line: ListLine): Cell[] {
  const label = [printable(line.categoryName), line.areaPx2];
  const picture = [`i${line.image}`, printable(line.fileName)];
  if (line.of === 'drawn') return [line.id, ...label, line.verdict, ...picture];
  return [line.id, line.round, line.score, ...label, outcomeText(line), line.verdict ?? '', ...findingCells(line), ...picture];
}

const findingCells = ({ change, suspicion }: LabelLine): Cell[] => [
  change === null ? '' : `${change.kind}${change.iou > 0 ? ` ${change.iou.toFixed(2)}` : ''}`,
  suspicion === null ? '' : `${suspicion.kind} ${suspicion.strength.toFixed(2)}`,
];

/** `kept: score`, or `open` before the selection of its round. */
export function outcomeText({ selection }: Pick<LabelLine, 'selection'>): string {
  return selection.status === 'open' ? 'open' : `${selection.status}: ${selection.reason}`;
}
