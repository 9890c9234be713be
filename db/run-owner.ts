import { SelfpasteError } from '../core/index.ts';
import { type ProcessFacts, presenceOf } from './process-facts.ts';

/** What the owner of a run says of itself. */
export interface Lease extends ProcessFacts {
  /** Drawn by the owner, to know its own lease by. Empty in those of earlier versions. */
  readonly token: string;
  /** ISO 8601. */
  readonly since: string;
}

/** Who took a run last, and what is known of it now. */
export interface RunOwner {
  readonly pid: number;
  readonly host: string;
  /** When it took the run: ISO 8601, and the same in ms UTC. */
  readonly since: string;
  readonly sinceMs: number;
  /** How long ago it gave its last sign of life. */
  readonly beatAgeMs: number;
  /** `alive`: it owns the run. `dead`: its process is gone. `unknown`: it cannot be seen from here, and its lease ended. */
  readonly state: 'alive' | 'dead' | 'unknown';
  /** How long it still owns the run without another sign of life; null where its process can be seen, which is what counts then. */
  readonly leaseLeftMs: number | null;
}

/** @param ageMs how long ago the lease was last renewed; below 0 where a clock was set back. @param leaseMs how long it lasts after that */
export function ownerOf(lease: Lease, ageMs: number, leaseMs: number): RunOwner {
  const { pid, host, since } = lease;
  const beatAgeMs = Math.max(0, ageMs);
  const facts = { pid, host, since, sinceMs: Date.parse(since), beatAgeMs };
  const presence = presenceOf(lease, beatAgeMs);
  if (presence !== 'unseen') return { ...facts, state: presence === 'there' ? 'alive' : 'dead', leaseLeftMs: null };
  const leaseLeftMs = Math.max(0, leaseMs - beatAgeMs);
  return { ...facts, state: leaseLeftMs > 0 ? 'alive' : 'unknown', leaseLeftMs };
}

/** @param owner undefined where it is not known which process it is */
export function ownedBy(folder: string, owner: RunOwner | undefined): SelfpasteError {
  const who = owner === undefined || owner.state === 'dead' ? 'another process' : ownerWords(owner);
  return new SelfpasteError(
    'ENVIRONMENT_RUN_OWNED',
    `The run in ${folder} is owned by ${who}`,
    `stop it with \`selfpaste stop ${folder}\` from any terminal, or wait; status and labels can be read meanwhile`,
  );
}

function ownerWords({ pid, host, since, beatAgeMs, leaseLeftMs }: RunOwner): string {
  const lease = leaseLeftMs === null || leaseLeftMs === 0 ? '' : `, its lease ends in ${Math.ceil(leaseLeftMs / 1000)} s`;
  return `process ${pid} on ${host} since ${since}; last sign of life ${seconds(beatAgeMs)} ago${lease}`;
}

export function takenOver(folder: string, { pid, host, since }: Lease, silentMs: number): SelfpasteError {
  return new SelfpasteError(
    'ENVIRONMENT_RUN_TAKEN_OVER',
    `The run in ${folder} was taken over by process ${pid} on ${host} at ${since}, while this process gave no sign of life for ${seconds(silentMs)}`,
    'leave it to that process: nothing of yours is lost, the run goes on there',
  );
}

/** The lease ended and its file is gone, as after another owner that has come and gone. */
export function letGo(folder: string, silentMs: number): SelfpasteError {
  return new SelfpasteError(
    'ENVIRONMENT_RUN_TAKEN_OVER',
    `The run in ${folder} was free to take while this process gave no sign of life for ${seconds(silentMs)}: another may have gone on with it`,
    'resume it: nothing of yours is lost, it goes on from what was committed last',
  );
}

export function ownerUnreadable(folder: string, error: unknown): SelfpasteError {
  return new SelfpasteError(
    'ENVIRONMENT_RUN_OUT_OF_REACH',
    `Expected owner.json in ${folder} to say that this process still owns the run, got ${error instanceof Error ? error.message : String(error)}`,
    'check the disk (and the connection, if it is a network disk), then resume the run; what was committed is safe',
    error,
  );
}

const seconds = (ms: number): string => `${Math.round(ms / 1000)} s`;
