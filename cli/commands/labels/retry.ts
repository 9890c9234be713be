import { Command } from 'commander';
import type { RunDatabase } from '../../../db/index.ts';
import {
  probeFiles,
  type RetriedFiles,
  type RunFolder,
  recordFiles,
  retriableFiles,
  retryChances,
  retryPictures,
  runConfigOf,
  runFolder,
  userName,
  withParents,
} from '../../../pipeline/index.ts';
import { findRun } from '../../find-run.ts';
import { print, printJson } from '../../print.ts';
import { RUN_HELP, withRun } from './open-run.ts';

interface RetryOptions {
  readonly who: string;
  readonly json: boolean;
}

/** What came of another try; a reason where there was none. */
interface Retried {
  readonly files: RetriedFiles | { readonly why: string };
  readonly pictures: { readonly pending: number } | { readonly why: string };
}

export function retryCommand(): Command {
  return new Command('retry')
    .description('Tries again what was set aside: unlabeled files that could not be read, and pictures that could not be labeled.')
    .argument('[run]', RUN_HELP)
    .option('--who <name>', 'who asks for it; the user name of this machine by default', userName())
    .option('--json', 'as JSON', false)
    .action((run: string | undefined, { who, json }: RetryOptions) =>
      withRun(run, 'write', async (db) => {
        const folder = runFolder(findRun(run));
        const retried: Retried = { files: await retryOfFiles(db, folder, who), pictures: retryOfPictures(db, folder.path, who) };
        if (json) printJson(retried);
        else print([filesText(retried.files), picturesText(retried.pictures)].join('\n'));
      }),
    );
}

async function retryOfFiles(db: RunDatabase, folder: RunFolder, who: string): Promise<Retried['files']> {
  const files = retriableFiles(db);
  if (files.length === 0) return { why: 'none is set aside that another try could mend' };
  const { files: chance } = retryChances(db, folder.path);
  if (!chance.possible) return { why: chance.why };
  const probed = await probeFiles(files, runConfigOf(db, folder.path));
  return withParents({ folder }, async (parents) => recordFiles(db, folder.path, probed, who, parents));
}

function retryOfPictures(db: RunDatabase, folder: string, who: string): Retried['pictures'] {
  if (db.labeling.failed(db.rounds.latest()?.index ?? 0, 1).length === 0) return { why: 'none failed in the round that is under way' };
  const { pictures: chance } = retryChances(db, folder);
  return chance.possible ? { pending: retryPictures(db, folder, chance.round, who) } : { why: chance.why };
}

const filesText = (files: Retried['files']): string =>
  'why' in files
    ? `files: ${files.why}`
    : `files: ${files.used} can be read now, and the next labeling takes them; ${files.leftOut} cannot (\`selfpaste status --quarantine\`)`;

const picturesText = (pictures: Retried['pictures']): string =>
  'why' in pictures ? `pictures: ${pictures.why}` : `pictures: ${pictures.pending} are labeled again in this round`;
