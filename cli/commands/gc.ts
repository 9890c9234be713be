import { Command } from 'commander';
import {
  bytesOf,
  type Compaction,
  collectGarbage,
  previewGarbage,
  runFolder,
  type Tidying,
  WORTH_REWRITING,
} from '../../pipeline/index.ts';
import { findRun } from '../find-run.ts';
import { bytes, print, printable, printJson, table } from '../print.ts';

interface GcOptions {
  readonly dryRun: boolean;
  readonly all: boolean;
  readonly vacuum: boolean;
  readonly json: boolean;
}

export function gcCommand(): Command {
  return new Command('gc')
    .description("Removes what a run's folder holds and the run does not need: to go on, to draw its pictures again, or to use its models.")
    .argument('[run]', 'folder or name of the run; the newest below ./runs by default')
    .option('--dry-run', 'remove nothing, only tell; also while the run goes on', false)
    .option('--all', 'also what is kept for people: failed batches, backups of older versions, older logs', false)
    .option('--vacuum', 'also write the database anew where more than a fifth of it holds nothing', false)
    .option('--json', 'as JSON', false)
    .action(async (run: string | undefined, options: GcOptions) => {
      const folder = runFolder(findRun(run));
      const scope = options.all ? 'all' : 'unneeded';
      const done = options.dryRun
        ? { ...(await previewGarbage(folder, scope)), compaction: null }
        : await collectGarbage(folder, scope, options.vacuum);
      if (options.json) printJson({ folder: folder.path, dryRun: options.dryRun, ...done });
      else print(`${printable(folder.path)}\n\n${tidyingText(done, done.compaction, options.dryRun)}`);
    });
}

function tidyingText({ garbage, kept, foreign }: Tidying, compaction: Compaction | null, dryRun: boolean): string {
  const rows = garbage.map(({ path, bytes: size, why }) => [path, bytes(size), why]);
  const sum = `${garbage.length} file(s), ${bytes(bytesOf(garbage))} ${dryRun ? 'would go; nothing was removed' : 'removed'}`;
  const stays = kept.map(({ kind, files, bytes: size }) => [kind, files, bytes(size)]);
  return [
    ...(garbage.length > 0 ? [table(['file', 'size', 'why'], rows), sum] : ['nothing to remove']),
    '',
    table(['what stays', 'files', 'size'], stays),
    ...(foreign.length > 0 ? [`${foreign.length} file(s) have names that no run writes: they are never touched`] : []),
    ...(compaction === null ? [] : ['', compactionText(compaction)]),
  ].join('\n');
}

function compactionText({ freeShare, rewritten, bytesBefore, bytesAfter }: Compaction): string {
  const share = `${(100 * freeShare).toFixed(0)} % of the database held nothing`;
  return rewritten
    ? `${share}: written anew, ${bytes(bytesBefore)} before, ${bytes(bytesAfter)} now`
    : `${share}: not worth writing it anew below ${100 * WORTH_REWRITING} %`;
}
