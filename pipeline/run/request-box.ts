import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '../../dataset/index.ts';
import { commitPoint } from '../commit-points.ts';
import { environmentError } from '../run-folder.ts';
import type { RunControl, RunRequest } from './run-control.ts';

/** How often the owner of a run looks for requests. */
const LOOK_MS = 500;
const KNOWN: ReadonlySet<string> = new Set<RunRequest>(['pause', 'stop', 'go-on']);

/** Small files in a run's folder by which other processes, also on other hosts, ask its owner for something. */
const boxOf = (runFolder: string): string => join(runFolder, 'requests');

interface PostedRequest {
  readonly request: RunRequest;
  readonly who: string;
}

/** Asks the owner of a run. Throws ENVIRONMENT_NOT_WRITABLE. @returns the file, which is gone once the owner has taken the request */
export async function postRequest(runFolder: string, request: RunRequest, who: string): Promise<string> {
  const box = boxOf(runFolder);
  const file = join(box, `${String(Date.now()).padStart(13, '0')}-${process.pid}.json`);
  try {
    mkdirSync(box, { recursive: true });
    await writeFileAtomic(file, `${JSON.stringify({ request, who } satisfies PostedRequest)}\n`);
  } catch (error) {
    throw environmentError(error, runFolder);
  }
  return file;
}

/** Hands on what is asked of a run, until it is closed. */
export interface RequestBox {
  close(): void;
}

/** Opens the box of a run that this process owns. What was asked of an earlier owner is forgotten. */
export function openRequestBox(runFolder: string, control: RunControl): RequestBox {
  const box = boxOf(runFolder);
  empty(box);
  // Made by the owner, who may then remove what others put into it.
  mkdirSync(box, { recursive: true });
  // What could not be removed was asked of an earlier owner.
  const taken = new Set(readdirSync(box));
  // It also keeps a process alive that has nothing else to wait for: a paused run.
  const timer = setInterval(() => void look(box, control, taken), LOOK_MS);
  return {
    close() {
      clearInterval(timer);
      empty(box);
    },
  };
}

/** As far as it can be: a request that stays is an old one by its name. */
function empty(box: string): void {
  try {
    rmSync(box, { recursive: true, force: true });
  } catch {
    // Another user's file, or a folder that cannot be written any more: nothing of the run depends on it.
  }
}

/** @param taken requests whose files could not be removed: each is taken once */
async function look(box: string, control: RunControl, taken: Set<string>): Promise<void> {
  const names = await readdir(box).catch(() => []);
  for (const name of names.filter((each) => each.endsWith('.json') && !taken.has(each)).sort()) {
    const posted = readPosted(join(box, name));
    if (!removed(join(box, name))) taken.add(name);
    commitPoint('request-taken');
    if (posted !== null && KNOWN.has(posted.request)) control.ask(posted.request, posted.who);
  }
}

function removed(file: string): boolean {
  try {
    rmSync(file, { force: true });
    return true;
  } catch {
    return false;
  }
}

/** Null for a file that is gone, or not one of ours. */
function readPosted(file: string): PostedRequest | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as PostedRequest;
  } catch {
    return null;
  }
}
