import { Command, InvalidArgumentError } from 'commander';
import { predictionId } from '../../../core/index.ts';
import { type LabelCursor, type LabelLine, type LabelOrder, listLabels, type RunDatabase } from '../../../db/index.ts';
import { wholeNumber } from '../../options.ts';
import { print, printJson } from '../../print.ts';
import { labelTable } from './label-rows.ts';
import { RUN_HELP, roundOf, withRun } from './open-run.ts';
import { filterOf, orderOption, type QueryOptions, withQuery } from './query-options.ts';

interface ListOptions extends QueryOptions {
  readonly order: LabelOrder;
  readonly limit: number;
  readonly after?: LabelCursor;
  readonly json: boolean;
}

export function listCommand(): Command {
  return withQuery(
    new Command('list').description('Predictions of a round, filtered and sorted, page by page.').argument('[run]', RUN_HELP),
  )
    .addOption(orderOption('score-desc'))
    .option('--limit <n>', 'lines of a page', wholeNumber(1), 20)
    .option('--after <cursor>', 'the page after this one, as a page prints it at its end', parseCursor)
    .option('--json', 'as JSON', false)
    .action((run: string | undefined, options: ListOptions) =>
      withRun(run, 'read', (db) => {
        const page = pageOf(db, options);
        if (options.json) printJson(page);
        else print(pageText(page));
      }),
    );
}

/** A page of a list, as `--json` prints it. */
export interface ListPage {
  /** The round that was asked for; null for one object through all rounds. */
  readonly round: number | null;
  readonly labels: readonly LabelLine[];
  /** Cursor of the page after this one; null on the last one. */
  readonly next: string | null;
}

function pageOf(db: RunDatabase, options: ListOptions): ListPage {
  const { order, limit, after, round, line } = options;
  const found = listLabels(db, filterOf(db, options), order, limit + 1, after);
  const labels = found.slice(0, limit);
  return {
    round: line === undefined ? roundOf(db, round) : null,
    labels,
    next: found.length > limit ? cursorText(labels[limit - 1]) : null,
  };
}

function pageText({ labels, next }: ListPage): string {
  if (labels.length === 0) return 'no predictions match';
  return `${labelTable(labels)}${next === null ? '' : `\nnext page: --after ${next}`}`;
}

/** `1234@0.5`: numbers keep every digit, so that no line is passed over. */
const cursorText = ({ id, rank }: LabelCursor): string => `${id}@${rank}`;

function parseCursor(text: string): LabelCursor {
  const [, id, rank] = /^(\d{1,15})@(-?[\d.]+(?:e[+-]?\d+)?)$/.exec(text) ?? [];
  const cursor = { id: Number(id), rank: Number(rank) };
  if (Number.isNaN(cursor.id) || Number.isNaN(cursor.rank)) throw new InvalidArgumentError('Expected a cursor that a page has printed.');
  return { id: predictionId(cursor.id), rank: cursor.rank };
}
