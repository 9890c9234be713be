import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { programJson, runProgram } from '../../test/small-run.ts';
import { twoRounds } from '../../test/two-rounds.ts';
import type { WrittenReport } from '../../web/index.ts';

test('ui --export says what it wrote', async (t) => {
  const { folder } = twoRounds(t);
  const path = join(folder, 'out', 'report.html');
  const written = await programJson<WrittenReport>(['ui', folder, '--export', path, '--sample', '1', '--json']);
  assert.deepEqual(written, { path, bytes: statSync(path).size, labels: 1 });
  const { stdout } = await runProgram(['ui', folder, '--export', path]);
  assert.match(stdout, /report\.html: a report of .* with 2 labels, \d+\.\d KB; open it in a browser\n$/);
});

test('what is of no use beside --export is refused, and so is --sample without it', async (t) => {
  const { folder } = twoRounds(t);
  const refusals: readonly (readonly [args: readonly string[], message: string, hint: string])[] = [
    [
      ['--export', 'a.html', '--port', '1'],
      'Expected --export or --port, got both',
      'leave out --port to write a report, or --export to serve the run',
    ],
    [
      ['--export', 'a.html', '--host', '::'],
      'Expected --export or --host, got both',
      'leave out --host to write a report, or --export to serve the run',
    ],
    [
      ['--export', 'a.html', '--no-open'],
      'Expected --export or --no-open, got both',
      'leave out --no-open to write a report, or --export to serve the run',
    ],
    [
      ['--sample', '5'],
      'Expected --export beside --sample, got none',
      'name the report to write with --export FILE, or leave out --sample',
    ],
  ];
  for (const [args, message, hint] of refusals) {
    const { code, stderr } = await runProgram(['ui', folder, ...args, '--json'], folder);
    assert.equal(code, 2);
    assert.deepEqual(JSON.parse(stderr), { error: { code: 'USAGE_EXPORT_OR_SERVE', message, hint } });
  }
});

test('a sample is as large as a file has room for, a host is a name, and a port one that there is', async (t) => {
  const { folder } = twoRounds(t);
  const refusals: readonly (readonly [args: readonly string[], words: RegExp])[] = [
    [['--export', 'a.html', '--sample', '2001'], /--sample <n>.*2001.*Expected a whole number from 0 to 2000\./],
    [['--port', '65536'], /Expected a whole number from 0 to 65535\./],
    [['--host', ''], /Expected a name or an address of this machine for --host, got \\"\\" \(string\)/],
  ];
  for (const [args, words] of refusals) {
    const { code, stderr } = await runProgram(['ui', folder, ...args, '--json'], folder);
    assert.equal(code, 2);
    assert.match(stderr, words);
  }
});
