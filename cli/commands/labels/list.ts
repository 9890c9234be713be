import { Command, InvalidArgumentError } from 'commander';
import type { RunDatabase } from '../../../db/index.ts';
import { namedLabel } from '../../../pipeline/index.ts';
import { wholeNumber } from '../../options.ts';
import { print, printJson } from '../../print.ts';
import {
  type ListCursor,
  type ListedOptions,
  type ListLine,
  labelTable,
  listLines,
  nothingFound,
  type PredictionLine,
} from './label-rows.ts';
import { RUN_HELP, roundOf, withRun } from './open-run.ts';
import { orderOption, withQuery } from './query-options.ts';

interface ListOptions extends ListedOptions {
  readonly limit: number;
  readonly after?: ListCursor;
  readonly json: boolean;
}

export function listCommand(): Command {
  return withQuery(
    new Command('list')
      .description('Predictions of a round, or what people drew, filtered and sorted, page by page.')
      .argument('[run]', RUN_HELP),
  )
    .addOption(orderOption())
    .option('--limit <n>', 'lines of a page', wholeNumber(1), 20)
    .option('--after <cursor>', 'the page after this one, as a page prints it at its end', parseCursor)
    .option('--json', 'as JSON', false)
    .action((run: string | undefined, options: ListOptions) =>
      withRun(run, 'read', (db) => {
        const page = pageOf(db, options);
        if (options.json) printJson(page);
        else print(page.labels.length === 0 ? nothingFound(options) : pageText(page));
      }),
    );
}

/** A page of a list, as `--json` prints it. */
export interface ListPage<Line extends ListLine = PredictionLine> {
  /** The round that was asked for; null for one object through all rounds, and for what people drew. */
  readonly round: number | null;
  readonly labels: readonly Line[];
  /** Cursor of the page after this one; null on the last one. */
  readonly next: string | null;
}

function pageOf(db: RunDatabase, options: ListOptions): ListPage<ListLine> {
  const { limit, after, round, line, verdict } = options;
  const found = listLines(db, options, limit + 1, after);
  const labels = found.slice(0, limit);
  return {
    round: line === undefined && verdict !== 'drawn' ? roundOf(db, round) : null,
    labels,
    next: found.length > limit ? cursorText(labels[limit - 1]) : null,
  };
}

const pageText = ({ labels, next }: ListPage<ListLine>): string =>
  `${labelTable(labels)}${next === null ? '' : `\nnext page: --after ${next}`}`;

/** `1234@0.5` or `d7@45`: numbers keep every digit, so that no line is passed over. */
const cursorText = ({ id, rank }: ListLine): string => `${id}@${rank}`;

function parseCursor(text: string): ListCursor {
  const [, name = '', rank] = /^(\w+)@(-?[\d.]+(?:e[+-]?\d+)?)$/.exec(text) ?? [];
  const label = namedLabel(name);
  if (label === undefined || Number.isNaN(Number(rank))) throw new InvalidArgumentError('Expected a cursor that a page has printed.');
  return { ...label, rank: Number(rank) };
}
