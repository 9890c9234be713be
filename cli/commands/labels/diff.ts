import { Command, Option } from 'commander';
import { CHANGE_KINDS, type ChangeKind } from '../../../core/index.ts';
import { type ChangeLine, diffRounds, listChanges, type RoundDiff, type RunDatabase } from '../../../db/index.ts';
import { labelChanges } from '../../../pseudo/index.ts';
import { wholeNumber } from '../../options.ts';
import { print, printJson, table } from '../../print.ts';
import { classNames } from './class-names.ts';
import { RUN_HELP, roundOf, withRun } from './open-run.ts';

interface DiffOptions {
  readonly kind?: ChangeKind;
  readonly limit: number;
  readonly json: boolean;
}

export function diffCommand(): Command {
  return new Command('diff')
    .description('What became of the pseudo-labels of one round in a later one.')
    .argument('<from>', 'the earlier round', wholeNumber(0))
    .argument('<to>', 'the later round', wholeNumber(0))
    .argument('[run]', RUN_HELP)
    .addOption(new Option('--kind <kind>', 'list the labels of this kind instead of counting').choices(CHANGE_KINDS))
    .option('--limit <n>', 'most labels to list', wholeNumber(1), 50)
    .option('--json', 'as JSON', false)
    .action((from: number, to: number, run: string | undefined, options: DiffOptions) =>
      withRun(run, 'read', (db) => {
        for (const round of [from, to]) roundOf(db, round);
        if (options.kind === undefined) count(db, from, to, options.json);
        else list(db, from, to, { ...options, kind: options.kind });
      }),
    );
}

function count(db: RunDatabase, from: number, to: number, json: boolean): void {
  const diff = diffRounds(db, from, to, labelChanges);
  const names = classNames(db);
  if (json) printJson({ ...diff, categories: diff.categories.map((one) => ({ ...one, name: names(one.category) })) });
  else print(diffText(diff, names));
}

function diffText({ from, to, kinds, categories }: RoundDiff, names: ReturnType<typeof classNames>): string {
  const rows = [
    ...categories.map((one) => [names(one.category), ...CHANGE_KINDS.map((kind) => one.kinds[kind])]),
    ['all', ...CHANGE_KINDS.map((kind) => kinds[kind])],
  ];
  return `pseudo-labels from round ${from} to round ${to}\n\n${table(['class', ...CHANGE_KINDS], rows)}`;
}

function list(db: RunDatabase, from: number, to: number, { kind, limit, json }: DiffOptions & { readonly kind: ChangeKind }): void {
  const changes: ChangeLine[] = [];
  for (const change of listChanges(db, from, to, kind, labelChanges)) if (changes.push(change) === limit) break;
  if (json) printJson(changes);
  else print(changes.length === 0 ? `no label ${kind}` : changeTable(changes, classNames(db)));
}

function changeTable(changes: readonly ChangeLine[], names: ReturnType<typeof classNames>): string {
  const rows = changes.map(({ prediction, previous, iou, category, image }) => [prediction, previous, iou, names(category), `i${image}`]);
  return table(['id', 'before', 'mask IoU', 'class', 'image'], rows);
}
