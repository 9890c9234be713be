import { readFile } from 'node:fs/promises';
import { availableParallelism, cpus, homedir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { makeFolders, writeFileAtomic } from '../../dataset/index.ts';
import { runtimeVersion } from '../../teacher/index.ts';
import { hashFile } from '../hash-file.ts';
import type { Arrangement, ArrangementTask } from './arrangement.ts';

/** The file that keeps what was measured, for all runs of this user. */
export const arrangementFile = (): string =>
  join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'selfpaste', 'arrangements.json');

/** Measurements that are kept; the oldest go first. */
const MOST_KEPT = 200;

/** What was found before for the same file, processor, ONNX Runtime and settings; null where nothing was. */
export async function recallArrangement(task: ArrangementTask): Promise<Arrangement | null> {
  return (await readMemory())[await keyOf(task)] ?? null;
}

/** Keeps what was found. A cache that cannot be written costs the next run a measurement, and nothing else. */
export async function rememberArrangement(task: ArrangementTask, { processes, threads, spinning, batch }: Arrangement): Promise<void> {
  const key = await keyOf(task);
  const { [key]: _before, ...others } = await readMemory();
  const kept = Object.fromEntries([...Object.entries(others), [key, { processes, threads, spinning, batch }]].slice(-MOST_KEPT));
  try {
    makeFolders(dirname(arrangementFile()));
    await writeFileAtomic(arrangementFile(), `${JSON.stringify(kept, null, 2)}\n`);
  } catch {}
}

/** Everything that what is fastest depends on. */
async function keyOf({ model, settings }: ArrangementTask): Promise<string> {
  const { processes, threads, batch, spinning, providers, arena, memoryPattern } = settings;
  const machine = [await hashFile(model), cpus()[0]?.model ?? 'unknown', availableParallelism(), runtimeVersion()];
  return JSON.stringify([...machine, processes, threads, batch, spinning, providers, arena, memoryPattern]);
}

/** A file that is not there or was damaged is one without entries. */
async function readMemory(): Promise<Readonly<Record<string, Arrangement>>> {
  try {
    const kept = JSON.parse(await readFile(arrangementFile(), 'utf8')) as Readonly<Record<string, unknown>>;
    return Object.fromEntries(Object.entries(kept).filter((entry): entry is [string, Arrangement] => isArrangement(entry[1])));
  } catch {
    return {};
  }
}

function isArrangement(value: unknown): value is Arrangement {
  const { processes, threads, spinning, batch } = (value ?? {}) as Partial<Record<keyof Arrangement, unknown>>;
  return [processes, threads, batch].every((count) => Number.isInteger(count) && (count as number) > 0) && typeof spinning === 'boolean';
}
