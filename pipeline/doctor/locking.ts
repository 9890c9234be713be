import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { errorFacts, SelfpasteError } from '../../core/index.ts';
import { canReadWhileWriting, takeScratchLock } from '../../db/index.ts';
import type { LockHolderReply } from '../processes/lock-holder.ts';
import { broken, type Finding, ok, RUNS_ELSEWHERE, warning } from './finding.ts';

/** What two processes found who wanted the same lock. */
export type LockingFacts =
  /** One had it, the other was refused, and got it once the first was killed. */
  | { readonly kind: 'works' }
  /** Both had it. */
  | { readonly kind: 'shared' }
  /** A dead process keeps it. */
  | { readonly kind: 'kept' }
  | { readonly kind: 'failed'; readonly why: string };

/** Whether a database is read while another connection writes it. */
export type LogFacts = { readonly kind: 'works' } | { readonly kind: 'failed'; readonly why: string };

const HOLDER = fileURLToPath(new URL('../processes/lock-holder.js', import.meta.url));
const HOLDER_TIMEOUT_MS = 20_000;

/** Really tries it: another process takes a lock in the folder, and is killed. */
export async function tryLocking(folder: string): Promise<LockingFacts> {
  const holder = fork(HOLDER, [folder], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
  const ended = once(holder, 'close');
  try {
    const answered = once(holder, 'message', { signal: AbortSignal.timeout(HOLDER_TIMEOUT_MS) });
    const [reply] = (await Promise.race([answered, ended.then(diedEarly)])) as [LockHolderReply];
    if (reply !== 'held') return { kind: 'failed', why: reply.refused };
    if (lockIsFree(folder)) return { kind: 'shared' };
    holder.kill('SIGKILL');
    await ended;
    return lockIsFree(folder) ? { kind: 'works' } : { kind: 'kept' };
  } catch (error) {
    return { kind: 'failed', why: errorFacts(error).message };
  } finally {
    holder.kill('SIGKILL');
    await ended;
  }
}

function diedEarly(): never {
  throw new Error('the process that was to take the lock died');
}

function lockIsFree(folder: string): boolean {
  try {
    takeScratchLock(folder).release();
    return true;
  } catch (error) {
    if (error instanceof SelfpasteError && error.code === 'ENVIRONMENT_DATABASE_BUSY') return false;
    throw error;
  }
}

export function tryLog(folder: string): LogFacts {
  try {
    return canReadWhileWriting(folder) ? { kind: 'works' } : { kind: 'failed', why: 'SQLite keeps no write-ahead log there' };
  } catch (error) {
    return { kind: 'failed', why: errorFacts(error).message };
  }
}

export function judgeLocking(facts: LockingFacts): Finding {
  const [id, part] = ['disk.locking', 'file locking'] as const;
  if (facts.kind === 'works') return ok(id, part, 'a second process is refused, and a killed one lets go');
  if (facts.kind === 'shared')
    return broken(id, part, 'two processes had one lock at once: a run could be written by both and be damaged', RUNS_ELSEWHERE);
  if (facts.kind === 'kept')
    return warning(id, part, 'a killed process keeps its lock: a run could not be resumed until the server lets go', RUNS_ELSEWHERE);
  return broken(id, part, facts.why, RUNS_ELSEWHERE);
}

export function judgeLog(facts: LogFacts): Finding {
  const [id, part] = ['disk.log', 'write-ahead log'] as const;
  if (facts.kind === 'works') return ok(id, part, 'a database is read while it is written');
  return broken(id, part, `a database cannot be read while it is written: ${facts.why}`, RUNS_ELSEWHERE);
}
