import { Command, Option } from 'commander';
import { EXCHANGE_FORMATS, exchangeFormat } from '../../../dataset/index.ts';
import { exportLabels, type LabelExport } from '../../../pipeline/index.ts';
import { wholeNumber } from '../../options.ts';
import { print, printable, printJson } from '../../print.ts';
import { RUN_HELP, roundOf, withRun } from './open-run.ts';

interface ExportOptions {
  readonly out: string;
  readonly format: string;
  readonly round?: number;
  readonly all: boolean;
  readonly json: boolean;
}

export function exportCommand(): Command {
  return new Command('export')
    .description("A round's labels for another program, with a report of what its format cannot carry.")
    .argument('[run]', RUN_HELP)
    .requiredOption('--out <path>', 'file to write, with the ending of its format; or the folder for its files')
    .addOption(formatOption())
    .option('--round <n>', 'round; the last one with labels by default', wholeNumber(0))
    .option('--all', 'also pictures on which nothing was kept', false)
    .option('--json', 'facts as JSON', false)
    .action((run: string | undefined, { out, format, round, all, json }: ExportOptions) =>
      withRun(run, 'read', async (db) => {
        const facts = await exportLabels(db, roundOf(db, round), exchangeFormat(format), out, all);
        if (json) printJson(facts);
        else print(exportText(facts, out));
      }),
    );
}

export const formatOption = (): Option =>
  new Option('--format <format>', EXCHANGE_FORMATS.map(({ name, summary }) => `${name}: ${summary}`).join('; '))
    .choices(EXCHANGE_FORMATS.map(({ name }) => name))
    .default('coco');

function exportText({ round, pictures, labels, files, losses }: LabelExport, out: string): string {
  const where = files.length === 1 ? files[0] : `${files.length} files in ${out}`;
  const lost = losses.map(({ sentence }) => `  not carried: ${printable(sentence)}`);
  return [`${labels} labels of round ${round} on ${pictures} pictures -> ${where}`, ...lost].join('\n');
}
