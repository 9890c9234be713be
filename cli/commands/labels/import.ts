import { Command } from 'commander';
import { exchangeFormat } from '../../../dataset/index.ts';
import type { Judgement } from '../../../db/index.ts';
import { type ImportedCorrections, importCorrections } from '../../../pipeline/index.ts';
import { wholeNumber } from '../../options.ts';
import { print, printable, printJson } from '../../print.ts';
import { recordDecision } from './decide.ts';
import { formatOption } from './export.ts';
import { RUN_HELP, withRun } from './open-run.ts';
import { type SignatureOptions, withSignature } from './signature.ts';

interface ImportOptions extends SignatureOptions {
  readonly run?: string;
  readonly format: string;
  readonly round?: number;
  readonly ignoreIds: boolean;
  readonly dryRun: boolean;
  readonly json: boolean;
}

export function importCommand(): Command {
  const command = new Command('import')
    .description('Labels that were corrected in another program: what differs from what was exported becomes verdicts.')
    .argument('<path>', 'file or folder that the other program wrote')
    .option('--run <run>', RUN_HELP)
    .addOption(formatOption())
    .option('--round <n>', 'round that was exported; by default the one that the labels in the files are of', wholeNumber(0));
  return withSignature(command)
    .option('--ignore-ids', 'know labels by their masks alone, whatever run and label they name', false)
    .option('--dry-run', 'only say what would become of it', false)
    .option('--json', 'facts as JSON', false)
    .action((path: string, options: ImportOptions) => importLabels(path, options));
}

function importLabels(path: string, options: ImportOptions): Promise<void> {
  const { run, format, round, ignoreIds, dryRun, json } = options;
  return withRun(run, dryRun ? 'read' : 'write', async (db) => {
    const imported = await importCorrections(db, round, exchangeFormat(format), path, ignoreIds ? 'ignored' : 'believed');
    const writes = !dryRun && imported.judgements.length > 0;
    const action = writes ? recordDecision(db, imported.judgements, options, `import of ${path}`).action : null;
    const { judgements, ...facts } = imported;
    if (json) printJson({ ...facts, verdicts: countsOf(judgements), action });
    else print(importText(imported, action));
  });
}

function countsOf(judgements: readonly Judgement[]): Record<Judgement['verdict'], number> {
  const counts = { accepted: 0, rejected: 0, corrected: 0, drawn: 0, withdrawn: 0 };
  for (const { verdict } of judgements) counts[verdict]++;
  return counts;
}

/** Details beyond these are counted. */
const MOST_DETAILS = 5;

function importText(
  { round, judgements, pictures, unchanged, unknownPictures, issues }: ImportedCorrections,
  action: number | null,
): string {
  const counts = Object.entries(countsOf(judgements)).flatMap(([verdict, count]) => (count > 0 ? [`${count} ${verdict}`] : []));
  return [
    `round ${round}, ${pictures} pictures: ${unchanged} labels as they were${counts.length > 0 ? `, ${counts.join(', ')}` : ''}`,
    ...someOf(unknownPictures, 'no unlabeled picture of this run'),
    ...someOf(
      issues.map(({ subject, detail }) => `${subject}: ${detail}`),
      'left out or repaired',
    ),
    action === null ? 'nothing was written' : `action ${action}\ntake it back with: selfpaste labels undo ${action}`,
  ].join('\n');
}

function someOf(texts: readonly string[], what: string): string[] {
  const more = texts.length > MOST_DETAILS ? [`  and ${texts.length - MOST_DETAILS} more`] : [];
  return [...texts.slice(0, MOST_DETAILS).map((text) => `  ${what}: ${printable(text)}`), ...more];
}
