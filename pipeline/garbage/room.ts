import { SelfpasteError } from '../../core/index.ts';
import { freeBytes } from '../host/free-space.ts';
import type { StageContext } from '../stages/stage.ts';
import { garbageOf, needFacts } from './garbage.ts';
import { removeFinishedCheckpoints, removeGarbage } from './remove-garbage.ts';
import { bytesOf, type RunFile, sizesByKind } from './run-file.ts';
import { runFiles } from './run-files.ts';

const MB = 1e6;
const inMb = (bytes: number): string => `${Math.round(bytes / MB)} MB`;

/**
 * Makes sure, before a stage, that the run keeps to its budget and that the disk has room for more; where not, first what the run does
 * not need goes, with a note.
 * @throws SelfpasteError GUARD_DISK_BUDGET where the folder is still above `disk.budgetMb`;
 * ENVIRONMENT_DISK_FULL where less is free than `disk.minFreeMb`, which may pass
 */
export async function requireRoom(context: StageContext): Promise<void> {
  await removeFinishedCheckpoints(context);
  const { budgetMb, minFreeMb } = context.config.disk;
  if (budgetMb !== null) await keepBudget(context, budgetMb * MB);
  await keepFree(context, minFreeMb * MB);
}

async function keepBudget(context: StageContext, budget: number): Promise<void> {
  const { path } = context.folder;
  if (bytesOf(await runFiles(path)) <= budget) return;
  await tidy(context, 'disk.budgetMb is reached');
  const files = await runFiles(path);
  if (bytesOf(files) > budget) throw overBudget(path, files, budget);
}

async function keepFree(context: StageContext, least: number): Promise<void> {
  const { path } = context.folder;
  if ((await freeBytes(path)) >= least) return;
  await tidy(context, 'the disk is almost full');
  const free = await freeBytes(path);
  if (free < least) throw tooLittleFree(path, free, least);
}

async function tidy(context: StageContext, why: string): Promise<void> {
  const garbage = garbageOf(needFacts(context.db), await runFiles(context.folder.path), 'unneeded');
  if (garbage.length === 0) return;
  await removeGarbage(context, garbage);
  const text = `${why}: ${garbage.length} file(s) that the run does not need were removed, ${inMb(bytesOf(garbage))}`;
  context.emit({ kind: 'note', round: null, level: 'info', text });
}

/** Kinds of files that an error names. */
const NAMED_KINDS = 3;

function overBudget(folder: string, files: readonly RunFile[], budget: number): SelfpasteError {
  const bytes = bytesOf(files);
  const largest = sizesByKind(files).slice(0, NAMED_KINDS);
  const kinds = largest.map(({ kind, bytes: size }) => `${kind} ${inMb(size)}`).join(', ');
  return new SelfpasteError(
    'GUARD_DISK_BUDGET',
    `Expected at most ${inMb(budget)} in ${folder}, got ${inMb(bytes)}, ${inMb(bytes - budget)} too many: ${kinds}`,
    `raise disk.budgetMb with \`selfpaste resume ${folder} --set disk.budgetMb=MB\`; \`selfpaste gc ${folder} --all --dry-run\` shows what else could go`,
  );
}

function tooLittleFree(folder: string, free: number, least: number): SelfpasteError {
  return new SelfpasteError(
    'ENVIRONMENT_DISK_FULL',
    `Expected at least ${inMb(least)} free on the disk of ${folder} (disk.minFreeMb), got ${inMb(free)}`,
    `free ${inMb(least - free)} on that disk, or lower disk.minFreeMb, then go on with \`selfpaste resume ${folder}\``,
  );
}
