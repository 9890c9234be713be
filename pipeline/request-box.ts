import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '../dataset/index.ts';
import { commitPoint } from './commit-points.ts';
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

/** Asks the owner of a run. @returns the file, which is gone once the owner has taken the request */
export async function postRequest(runFolder: string, request: RunRequest, who: string): Promise<string> {
  const box = boxOf(runFolder);
  mkdirSync(box, { recursive: true });
  const file = join(box, `${String(Date.now()).padStart(13, '0')}-${process.pid}.json`);
  await writeFileAtomic(file, `${JSON.stringify({ request, who } satisfies PostedRequest)}\n`);
  return file;
}

/** Hands on what is asked of a run, until it is closed. */
export interface RequestBox {
  close(): void;
}

/** Opens the box of a run that this process owns. What was asked of an earlier owner is forgotten. */
export function openRequestBox(runFolder: string, control: RunControl): RequestBox {
  const box = boxOf(runFolder);
  rmSync(box, { recursive: true, force: true });
  // It also keeps a process alive that has nothing else to wait for: a paused run.
  const timer = setInterval(() => void look(box, control), LOOK_MS);
  return {
    close() {
      clearInterval(timer);
      rmSync(box, { recursive: true, force: true });
    },
  };
}

/** Mostly there is no such folder: no request. */
async function look(box: string, control: RunControl): Promise<void> {
  const names = await readdir(box).catch(() => []);
  for (const name of names.filter((each) => each.endsWith('.json')).sort()) take(join(box, name), control);
}

function take(file: string, control: RunControl): void {
  const posted = readPosted(file);
  rmSync(file, { force: true });
  commitPoint('request-taken');
  if (posted !== null && KNOWN.has(posted.request)) control.ask(posted.request, posted.who);
}

/** Null for a file that is gone, or not one of ours. */
function readPosted(file: string): PostedRequest | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as PostedRequest;
  } catch {
    return null;
  }
}
