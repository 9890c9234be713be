import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { hostname, uptime } from 'node:os';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ProcessFacts, presenceOf, thisProcess } from './process-facts.ts';

const SELF = `
import { thisProcess } from '${new URL('./process-facts.js', import.meta.url)}';
console.log(JSON.stringify(thisProcess()));
`;
const SECOND = 1000;
const NO_SUCH_PID = 2 ** 22 - 1;
const noProc = thisProcess().processStart === null ? 'there is no /proc here' : false;

test('what can be seen of a process', { skip: noProc }, () => {
  const self = thisProcess();
  const bootMs = uptime() * SECOND;
  const cases: readonly (readonly [string, Partial<ProcessFacts>, number, string])[] = [
    ['itself', {}, 0, 'there'],
    ['silent for long', {}, 1e9, 'there'],
    ['no such process', { pid: NO_SUCH_PID }, 0, 'gone'],
    ['its number was given to another', { processStart: self.processStart! - 1 }, 0, 'gone'],
    ['no word of its start', { processStart: null }, 0, 'unseen'],
    ['no word of its start or boot, and no such process', { pid: NO_SUCH_PID, processStart: null, bootId: null }, 0, 'gone'],
    ['silent since before this machine started', { bootId: 'other' }, bootMs + 60 * SECOND, 'gone'],
    ['another machine of this name', { bootId: 'other' }, bootMs / 2, 'unseen'],
    ['another host', { host: `not-${hostname()}`, pid: NO_SUCH_PID }, 1e12, 'unseen'],
    ['another user', { pid: 1, processStart: null }, 0, 'unseen'],
  ];
  for (const [word, facts, silentMs, expected] of cases) assert.equal(presenceOf({ ...self, ...facts }, silentMs), expected, word);
});

test('a process that has ended, but that nobody has waited for, is gone', { skip: noProc }, async (t) => {
  // The shell becomes a program that never waits for what it had started.
  const command = ['"$0" "$@" & exec sleep 60', process.execPath, '--input-type=module', '-e', SELF];
  const parent = spawn('sh', ['-c', ...command], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => parent.kill('SIGKILL'));
  const [line] = await once(parent.stdout, 'data');
  const facts: ProcessFacts = JSON.parse(String(line));
  for (let tries = 0; tries < 100 && presenceOf(facts, 0) === 'there'; tries++) await sleep(20);
  assert.equal(process.kill(facts.pid, 0), true, 'its number is still taken');
  assert.equal(presenceOf(facts, 0), 'gone');
});
