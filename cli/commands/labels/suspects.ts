import { Command, Option } from 'commander';
import { SUSPICION_KINDS, type SuspicionKind } from '../../../core/index.ts';
import { countSuspects, listSuspects, type RunDatabase, type Suspect, showLabel } from '../../../db/index.ts';
import { wholeNumber } from '../../options.ts';
import { print, printable, printJson, table } from '../../print.ts';
import { RUN_HELP, roundOf, withRun } from './open-run.ts';

interface SuspectsOptions {
  readonly round?: number;
  readonly kind: SuspicionKind | 'any';
  readonly limit: number;
  readonly json: boolean;
}

export function suspectsCommand(): Command {
  return new Command('suspects')
    .description('Pseudo-labels that are likely errors, the likeliest first.')
    .argument('[run]', RUN_HELP)
    .option('--round <n>', 'round; the last one with labels by default', wholeNumber(0))
    .addOption(new Option('--kind <kind>', 'only suspicions of this kind').choices([...SUSPICION_KINDS, 'any']).default('any'))
    .option('--limit <n>', 'most labels to list', wholeNumber(1), 20)
    .option('--json', 'as JSON', false)
    .action((run: string | undefined, { round: asked, kind, limit, json }: SuspectsOptions) =>
      withRun(run, 'read', (db) => {
        const round = roundOf(db, asked);
        const counts = countSuspects(db, round);
        const suspects = listSuspects(db, { round, kind }, limit);
        if (json) return printJson({ round, ...counts, suspects });
        const kinds = Object.entries(counts.kinds).map(([name, count]) => `${count} ${name}`);
        print(`round ${round}: ${counts.labels} labels are suspected${kinds.length === 0 ? '' : ` (${kinds.join(', ')})`}`);
        if (suspects.length > 0) print(`\n${suspectTable(db, suspects)}`);
      }),
    );
}

function suspectTable(db: RunDatabase, suspects: readonly Suspect[]): string {
  const rows = suspects.map(({ prediction, kind, strength, other }) => {
    const { categoryName, prediction: label, image } = showLabel(db, prediction);
    return [prediction, kind, strength, other, printable(categoryName), label.score, `i${image.id}`, printable(image.fileName)];
  });
  return table(['id', 'suspicion', 'strength', 'other', 'class', 'score', 'image', 'picture'], rows);
}
