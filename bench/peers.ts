import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { expectation, SelfpasteError } from '../core/index.ts';
import { type Finding, ratio, type Trial } from './report.ts';

/** Where the peers' benchmark scripts are, and the Python that runs them. */
export interface PeerTools {
  readonly scripts: string;
  readonly python: string;
}

/** The JSON line of a peer's script, or why there is none. An absent peer is never counted as beaten. */
export type PeerAnswer = { readonly kind: 'ran'; readonly line: unknown } | { readonly kind: 'absent'; readonly reason: string };

/** Runs a peer's script on a folder of inputs. PEERS_DIR and other variables of this process reach it. */
export function askPeer({ scripts, python }: PeerTools, script: string, args: readonly string[], inputs: string): Promise<PeerAnswer> {
  const path = resolve(scripts, script);
  if (!existsSync(path)) return Promise.resolve({ kind: 'absent', reason: `there is no ${path}` });
  return new Promise((answer) => {
    execFile(python, [path, ...args], { env: peerEnvironment(inputs), maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      if (error) answer({ kind: 'absent', reason: reasonOf(error, stderr) });
      else answer(readLine(stdout));
    });
  });
}

/** A number in a peer's line. @throws SelfpasteError DATA_BAD_PEER_OUTPUT where it is not there */
export function figureAt(line: unknown, ...keys: readonly string[]): number {
  let value = line;
  for (const key of keys) value = (value as Readonly<Record<string, unknown>> | null | undefined)?.[key];
  if (typeof value === 'number') return value;
  throw new SelfpasteError(
    'DATA_BAD_PEER_OUTPUT',
    expectation(keys.join('.'), "a number in the peer's JSON line", value),
    'use the scripts that docs/bench.md names',
  );
}

/**
 * Beats a peer by so much? Compared by wall time where several cores work, by CPU time where one does: that is not disturbed by others
 * on the machine.
 * @param peer the peer's trial, or the reason why it is absent
 */
export function against(ours: Trial, peer: Trial | string, by: 'wall' | 'cpu', target: number): Finding {
  const name = typeof peer === 'string' ? ours.name : `${ours.name} against ${peer.by}`;
  if (typeof peer === 'string') return { kind: 'absent', name, reason: peer };
  return ratio(name, by === 'wall' ? ours.perSecond / peer.perSecond : peer.cpuUsPerItem / ours.cpuUsPerItem, target);
}

function peerEnvironment(inputs: string): NodeJS.ProcessEnv {
  return { PEER_QUIET_WAIT: '5', ...process.env, PEER_INPUTS: resolve(inputs), PYTHONDONTWRITEBYTECODE: '1' };
}

/** Scripts that miss something say so as JSON or as a Python error, on their last line. */
function reasonOf(error: Error & { readonly code?: string | number | null | undefined }, stderr: string): string {
  if (error.code === 'ENOENT') return `Python was not found (${error.message})`;
  const last = stderr.trim().split('\n').at(-1) ?? '';
  return stated(last) ?? (last || error.message);
}

function readLine(stdout: string): PeerAnswer {
  const last = stdout.trim().split('\n').at(-1) ?? '';
  const error = stated(last);
  if (error !== null) return { kind: 'absent', reason: error };
  try {
    return { kind: 'ran', line: JSON.parse(last) as unknown };
  } catch {
    return { kind: 'absent', reason: `it printed no JSON line but ${JSON.stringify(last.slice(0, 80))}` };
  }
}

/** The `error` of a JSON object, or null. */
function stated(text: string): string | null {
  try {
    const { error } = JSON.parse(text) as { readonly error?: unknown };
    return typeof error === 'string' ? error : null;
  } catch {
    return null;
  }
}

/** Where the scripts lie beside a checkout that has them. */
export const defaultScripts = (): string => join(process.cwd(), '../shared/peers');
