import { existsSync, rmSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { SelfpasteError } from '../core/index.ts';
import { openDatabase, type RunOwner, readRunOwner } from '../db/index.ts';
import { postRequest, type RunRequest, type RunState, restoredState, runFolder } from '../pipeline/index.ts';

/** A run that goes on looks for requests twice a second. */
const ANSWER_MS = 30_000;
const POLL_MS = 100;

/** The process that owns a run and lives. */
export function livingOwner(folder: string): RunOwner | undefined {
  const owner = readRunOwner(folder);
  return owner?.state === 'dead' ? undefined : owner;
}

/** What the machine of a run remembers, whoever drives it; undefined before its first state. */
export function rememberedState(folder: string): RunState | undefined {
  const db = openDatabase(runFolder(folder).database, { mode: 'read' });
  try {
    const saved = db.snapshots.latest();
    return saved && restoredState(saved);
  } finally {
    db.close();
  }
}

/**
 * Asks the process that owns a run for something, and waits until it has taken the request.
 * Throws USAGE_NOT_RUNNING where no process does, ENVIRONMENT_NO_ANSWER where it does not answer.
 */
export async function askRun(folder: string, request: RunRequest): Promise<RunOwner> {
  const owner = livingOwner(folder);
  if (owner === undefined) throw notRunning(folder);
  const posted = await postRequest(folder, request, `${userInfo().username}@${hostname()}`);
  const deadline = performance.now() + ANSWER_MS;
  while (existsSync(posted)) {
    if (performance.now() > deadline || livingOwner(folder) === undefined) {
      rmSync(posted, { force: true });
      throw noAnswer(folder, owner);
    }
    await sleep(POLL_MS);
  }
  return owner;
}

/** Waits until a run is in a state, or nobody drives it any more. @returns whether it is in that state */
export async function reachesState(folder: string, value: RunState['value']): Promise<boolean> {
  for (;;) {
    const alive = livingOwner(folder) !== undefined;
    if (rememberedState(folder)?.value === value) return true;
    if (!alive) return false;
    await sleep(POLL_MS);
  }
}

function notRunning(folder: string): SelfpasteError {
  return new SelfpasteError(
    'USAGE_NOT_RUNNING',
    `Expected a run that goes on in ${folder}, but no process owns it`,
    `look at it with \`selfpaste status ${folder}\`, or go on with \`selfpaste resume ${folder}\``,
  );
}

function noAnswer(folder: string, { pid, host }: RunOwner): SelfpasteError {
  return new SelfpasteError(
    'ENVIRONMENT_NO_ANSWER',
    `Expected an answer from process ${pid} on ${host}, which owns the run in ${folder}, within ${ANSWER_MS / 1000} s, got none`,
    `look at that process, which may be suspended or gone; \`kill -INT ${pid}\` on ${host} stops it, and nothing is lost`,
  );
}
