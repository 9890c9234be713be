import { existsSync, rmSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { SelfpasteError } from '../core/index.ts';
import { openDatabase, type RunOwner, type SnapshotRow } from '../db/index.ts';
import { livingOwner, notRunning, postRequest, type RunRequest, type RunState, restoredState, runFolder } from '../pipeline/index.ts';

/** A run that goes on looks for requests twice a second. */
const ANSWER_MS = 30_000;
const POLL_MS = 100;

/** Whether a run has still the owner that it had. */
export function isOwnedBy({ pid, host, sinceMs }: RunOwner, folder: string): boolean {
  const owner = livingOwner(folder);
  return owner?.pid === pid && owner.host === host && owner.sinceMs === sinceMs;
}

/** What the machine of a run remembers, whoever drives it; undefined before its first state. */
export function rememberedState(folder: string): RunState | undefined {
  const saved = savedState(folder);
  return saved && restoredState(saved);
}

function savedState(folder: string): SnapshotRow | undefined {
  const db = openDatabase(runFolder(folder).database, { mode: 'read' });
  try {
    return db.snapshots.latest();
  } finally {
    db.close();
  }
}

/** A request that was taken. */
export interface TakenRequest {
  readonly owner: RunOwner;
  readonly postedMs: number;
}

/**
 * Asks the process that owns a run for something, and waits until it has taken the request.
 * Throws USAGE_NOT_RUNNING where no process does, or where it ends before, ENVIRONMENT_NO_ANSWER where it does not answer.
 */
export async function askRun(folder: string, request: RunRequest): Promise<TakenRequest> {
  const owner = livingOwner(folder);
  if (owner === undefined) throw notRunning(folder);
  const postedMs = Date.now();
  const posted = await postRequest(folder, request, `${userInfo().username}@${hostname()}`);
  const deadline = performance.now() + ANSWER_MS;
  while (existsSync(posted)) {
    const isOwned = isOwnedBy(owner, folder);
    if (!isOwned || performance.now() > deadline) {
      rmSync(posted, { force: true });
      throw isOwned ? noAnswer(folder, owner) : notRunning(folder);
    }
    await sleep(POLL_MS);
  }
  return { owner, postedMs };
}

/** Waits until a run has come into a state after a request, or its owner is gone. @returns whether it is in that state */
export async function reachesState(folder: string, value: RunState['value'], { owner, postedMs }: TakenRequest): Promise<boolean> {
  for (;;) {
    const isOwned = isOwnedBy(owner, folder);
    const saved = savedState(folder);
    if (saved !== undefined && saved.atMs >= postedMs && restoredState(saved).value === value) return true;
    if (!isOwned) return false;
    await sleep(POLL_MS);
  }
}

function noAnswer(folder: string, { pid, host }: RunOwner): SelfpasteError {
  return new SelfpasteError(
    'ENVIRONMENT_NO_ANSWER',
    `Expected an answer from process ${pid} on ${host}, which owns the run in ${folder}, within ${ANSWER_MS / 1000} s, got none`,
    `look at that process, which may be suspended; \`kill -CONT ${pid}; kill -INT ${pid}\` on ${host} wakes and stops it, and nothing is lost`,
  );
}
