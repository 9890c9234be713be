import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { against, askPeer, figureAt } from './peers.ts';
import type { Trial } from './report.ts';

const folder = mkdtempSync(join(tmpdir(), 'selfpaste-bench-test-'));
after(() => rmSync(folder, { recursive: true }));

/** Node stands in for Python: a peer is a program that prints a line. */
function ask(name: string, source: string, python = process.execPath) {
  writeFileSync(join(folder, name), source);
  return askPeer({ scripts: folder, python }, name, ['--repeat', '2'], join(folder, 'inputs'));
}

test('a peer gets its inputs and arguments, and answers with its last line', async () => {
  const source =
    "console.log('warming up'); console.log(JSON.stringify({ inputs: process.env.PEER_INPUTS, args: process.argv.slice(2) }));";
  assert.deepEqual(await ask('good.cjs', source), { kind: 'ran', line: { inputs: join(folder, 'inputs'), args: ['--repeat', '2'] } });
});

test('a peer that cannot run is absent, with its own reason', async () => {
  const reasons: readonly (readonly [name: string, source: string, reason: RegExp])[] = [
    ['stops.cjs', `console.error(JSON.stringify({ error: 'peer absent: x' })); process.exit(1)`, /^peer absent: x$/],
    ['says.cjs', `console.log(JSON.stringify({ error: 'not here' }))`, /^not here$/],
    [
      'crashes.cjs',
      `console.error('Trace\\nModuleNotFoundError: No module named y'); process.exit(1)`,
      /^ModuleNotFoundError: No module named y$/,
    ],
    ['talks.cjs', `console.log('done')`, /^it printed no JSON line but "done"$/],
  ];
  for (const [name, source, reason] of reasons) {
    const answer = await ask(name, source);
    assert.ok(answer.kind === 'absent', name);
    assert.match(answer.reason, reason);
  }
  const noScript = await askPeer({ scripts: folder, python: process.execPath }, 'missing.py', [], folder);
  assert.deepEqual(noScript, { kind: 'absent', reason: `there is no ${join(folder, 'missing.py')}` });
  const noPython = await ask('good.cjs', '', join(folder, 'no-python'));
  assert.ok(noPython.kind === 'absent' && noPython.reason.startsWith('Python was not found'));
});

test('a figure that a peer should have printed is asked for by its name', () => {
  const line = { ops: { area: { items_per_s: 5 } } };
  assert.equal(figureAt(line, 'ops', 'area', 'items_per_s'), 5);
  assert.throws(() => figureAt(line, 'ops', 'box', 'items_per_s'), {
    code: 'DATA_BAD_PEER_OUTPUT',
    message: "Expected a number in the peer's JSON line for ops.box.items_per_s, got undefined (undefined)",
    hint: 'use the scripts that docs/bench.md names',
  });
});

test('ratios are by wall time or by CPU time, and an absent peer is not beaten', () => {
  const trial = (by: string, perSecond: number, cpuUsPerItem: number): Trial => ({
    name: 'area',
    by,
    item: 'masks',
    perSecond,
    cpuUsPerItem,
    rounds: 1,
  });
  const [ours, peer] = [trial('selfpaste', 300, 10), trial('other', 100, 20)];
  const measured = { kind: 'measured', name: 'area against other', unit: 'x', bound: 'at least', target: 2.5 };
  assert.deepEqual(against(ours, peer, 'wall', 2.5), { ...measured, figure: 3, passed: true });
  assert.deepEqual(against(ours, peer, 'cpu', 2.5), { ...measured, figure: 2, passed: false });
  assert.deepEqual(against(ours, 'no Python', 'cpu', 1), { kind: 'absent', name: 'area', reason: 'no Python' });
});
