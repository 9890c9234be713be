import { randomUUID } from 'node:crypto';
import { closeSync, fstatSync, openSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { thisProcess } from './process-facts.ts';
import { type Lease, ownedBy, ownerOf, type RunOwner } from './run-owner.ts';

/** How often an owner gives a sign of life, and for how long it owns the run after the last one; in ms. */
export interface LeaseTimes {
  readonly beatMs: number;
  readonly leaseMs: number;
}

export const LEASE_TIMES: LeaseTimes = { beatMs: 10_000, leaseMs: 60_000 };

/** What became of a lease that was to be renewed. */
export type Renewal =
  | { readonly kind: 'renewed' }
  /** Nothing can be written, but the file says that it stands. */
  | { readonly kind: 'kept' }
  | { readonly kind: 'taken'; readonly by: Lease }
  /** Somebody removed the file, or spoiled it. */
  | { readonly kind: 'absent' }
  | { readonly kind: 'unreadable'; readonly error: unknown };

const OWNER_FILE = 'owner.json';
const BID = /^owner-[0-9a-f-]+\.bid$/;
const ownerFile = (folder: string): string => join(folder, OWNER_FILE);
const bidFile = (folder: string, token: string): string => join(folder, `owner-${token}.bid`);

export const newLease = (): Lease => ({ token: randomUUID(), ...thisProcess(), since: new Date().toISOString() });

/**
 * Makes a lease that of the run's owner, unless another's stands.
 *
 * It is first written as a bid, a file of its own. Who then sees another's bid withdraws, and whose bid is the only one looks at the
 * owner's file and renames the bid onto it. Of two that come at once, one at least sees the other: never do both own the run, and at worst
 * both are refused. Who stops in between keeps others out, on its host for as long as it is there, on other hosts for the length of a
 * lease; then its bid is removed, which it finds when it goes on.
 *
 * A file's age is the difference between its time and that of the bid that was written just now: both are of the file system's one clock,
 * so the clocks of hosts need not agree.
 * @throws SelfpasteError ENVIRONMENT_RUN_OWNED, or what the file system reports
 */
export function claimLease(folder: string, lease: Lease, leaseMs: number): void {
  const bid = bidFile(folder, lease.token);
  try {
    // On a full disk the file is made and stays empty: as any bid, it would keep others out.
    writeFileSync(bid, leaseText(lease), { flag: 'wx' });
    const nowMs = statSync(bid).mtimeMs;
    refuseForBids(folder, lease, nowMs, leaseMs);
    const owner = readLeaseFile(ownerFile(folder));
    refuseFor(folder, owner?.lease && ownerOf(owner.lease, nowMs - owner.mtimeMs, leaseMs));
    becomeOwner(bid, folder, leaseMs);
  } finally {
    rmSync(bid, { force: true });
  }
}

/** Whose lease was written last, if there is one; a file that holds none is nobody's. */
export function readOwner(folder: string, leaseMs: number): RunOwner | undefined {
  const found = readLeaseFile(ownerFile(folder));
  return found?.lease && ownerOf(found.lease, fileSystemNowMs(folder) - found.mtimeMs, leaseMs);
}

/** A sign of life: writes the file of a lease again, if it still is that of the owner. */
export function renewLease(folder: string, lease: Lease): Renewal {
  try {
    return renew(ownerFile(folder), lease);
  } catch (error) {
    return isMissing(error) ? { kind: 'absent' } : lookOnly(ownerFile(folder), lease, error);
  }
}

/** Removes the file of a lease, if it still is that of the owner. Never throws. */
export function endLease(folder: string, { token }: Lease): void {
  const path = ownerFile(folder);
  try {
    if (readLeaseFile(path)?.lease?.token === token) rmSync(path);
  } catch {
    // What cannot be removed keeps nobody out for longer than this process lives or its lease lasts.
  }
}

function refuseFor(folder: string, owner: RunOwner | undefined): void {
  if (owner?.state === 'alive') throw ownedBy(folder, owner);
}

function becomeOwner(bid: string, folder: string, leaseMs: number): void {
  try {
    renameSync(bid, ownerFile(folder));
  } catch (error) {
    throw isMissing(error) ? ownedBy(folder, readOwner(folder, leaseMs)) : error;
  }
}

/** What the file system's clock says, from a file that is written for it; where none can be written, what ours says. */
function fileSystemNowMs(folder: string): number {
  const probe = join(folder, `owner-${randomUUID()}.tmp`);
  try {
    writeFileSync(probe, '\n', { flag: 'wx' });
    return statSync(probe).mtimeMs;
  } catch {
    return Date.now();
  } finally {
    rmSync(probe, { force: true });
  }
}

function renew(path: string, lease: Lease): Renewal {
  const file = openSync(path, 'r+');
  try {
    const other = otherThan(lease, readFileSync(file, 'utf8'));
    // Through the descriptor that was read: another's file that takes this one's place meanwhile is not touched. The content stays the
    // same, so nobody reads half of it. Setting the time instead would take it from this host's clock.
    if (other === undefined) writeSync(file, leaseText(lease), 0);
    return other ?? { kind: 'renewed' };
  } finally {
    closeSync(file);
  }
}

function lookOnly(path: string, lease: Lease, why: unknown): Renewal {
  try {
    return otherThan(lease, readFileSync(path, 'utf8')) ?? { kind: 'kept' };
  } catch {
    return { kind: 'unreadable', error: why };
  }
}

function otherThan(lease: Lease, text: string): Renewal | undefined {
  const found = parseLease(text);
  if (found === undefined) return { kind: 'absent' };
  return found.token === lease.token ? undefined : { kind: 'taken', by: found };
}

/** Bids that nobody stands behind any more are removed, so that they cannot become the owner's file later. */
function refuseForBids(folder: string, { token }: Lease, nowMs: number, leaseMs: number): void {
  const own = bidFile(folder, token);
  const bids = readdirSync(folder).filter((name) => BID.test(name));
  for (const path of bids.map((name) => join(folder, name)).filter((path) => path !== own)) {
    const bid = readLeaseFile(path);
    if (bid === undefined) continue;
    const ageMs = nowMs - bid.mtimeMs;
    // A bid that is being written holds no lease yet.
    if (bid.lease === undefined && ageMs < leaseMs) throw ownedBy(folder, undefined);
    refuseFor(folder, bid.lease && ownerOf(bid.lease, ageMs, leaseMs));
    rmSync(path, { force: true });
  }
}

interface LeaseFile {
  readonly lease: Lease | undefined;
  readonly mtimeMs: number;
}

/** Undefined where there is no such file. */
function readLeaseFile(path: string): LeaseFile | undefined {
  try {
    // Opening makes a network file system ask its server, which a look at the path alone need not.
    const file = openSync(path, 'r');
    try {
      return { lease: parseLease(readFileSync(file, 'utf8')), mtimeMs: fstatSync(file).mtimeMs };
    } finally {
      closeSync(file);
    }
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

const leaseText = (lease: Lease): string => `${JSON.stringify(lease)}\n`;

/** Earlier versions wrote pid, host and since alone. */
function parseLease(text: string): Lease | undefined {
  try {
    const { token = '', pid, processStart = null, host, bootId = null, since } = JSON.parse(text) as Partial<Lease>;
    if (!Number.isSafeInteger(pid) || pid! < 1 || typeof host !== 'string' || !Number.isFinite(Date.parse(since!))) return undefined;
    return { token, pid: pid!, processStart, host, bootId, since: since! };
  } catch {
    return undefined;
  }
}

const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT';
