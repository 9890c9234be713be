import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { makeInputs } from './inputs.ts';
import { type BenchReport, finding, subjectText, type Trial } from './report.ts';

const folder = mkdtempSync(join(tmpdir(), 'selfpaste-bench-test-'));
after(() => rmSync(folder, { recursive: true }));

interface Ended {
  readonly code: number;
  readonly output: string;
}

function bench(...args: readonly string[]): Promise<Ended> {
  const main = fileURLToPath(new URL('./main.js', import.meta.url));
  return new Promise((resolve) => {
    execFile(process.execPath, [main, ...args], (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), output: `${stdout}${stderr}` });
    });
  });
}

test('a run writes every figure as JSON and for people, and says which peer is absent', async () => {
  // Under the name that a quick run looks for; the seed is one with a crowd among its objects.
  await makeInputs(join(folder, 'n60'), { seed: 2, images: 2, detectionsPerImage: 10, pictures: true });
  const json = join(folder, 'report.json');
  const { code, output } = await bench('rle', '--quick', '--inputs', folder, '--peers', join(folder, 'none'), '--json', json);
  assert.equal(code, 0, output);
  const report = JSON.parse(readFileSync(json, 'utf8')) as BenchReport;
  assert.deepEqual([report.version, report.quick, report.subjects.length], [1, true, 1]);
  assert.ok(report.machine.cores >= 1 && report.startedAtMs > 0);
  const [{ subject, trials, findings, peakRssMb }] = report.subjects;
  assert.equal(subject, 'rle');
  assert.ok(peakRssMb > 10);
  for (const operation of ['encode', 'decode', 'union by image', 'IoU by image', 'area']) {
    const found = trials.find(({ name }) => name === operation);
    assert.ok(found && found.perSecond > 0 && found.cpuUsPerItem > 0 && found.by === 'selfpaste' && found.rounds === 1, operation);
  }
  assert.ok(findings.length > 5 && findings.every((found) => found.kind === 'absent' && found.reason.includes('rle_bench.py')));
  assert.match(output, /---- {2}not compared: encode; .*there is no .*rle_bench\.py/);
  assert.ok(!output.includes('pass'));
});

test('a mistake of the user is one sentence and a hint', async () => {
  const { code, output } = await bench('speed');
  assert.equal(code, 2);
  assert.equal(
    output.trim(),
    'Expected rle, eval, copy-paste, stream, teacher, student, labels, inspector for a benchmark, got "speed" (string)\nname some of these, or none for all',
  );
  assert.match(
    (await bench('--seed', 'x')).output,
    /^Expected an integer from 0 to 4294967295 for --seed, got "x" \(string\)\ngive another seed/,
  );
  assert.match((await bench('--fast')).output, /--fast[\s\S]*\nsee docs\/bench\.md for the options/);
});

test('a figure passes on its side of the target, and is shown with it', () => {
  const trial: Trial = { name: 'encode', by: 'selfpaste', item: 'masks', perSecond: 12_345, cpuUsPerItem: 81.04, rounds: 3 };
  const findings = [
    finding('speed', 3, 'x', 'at least', 3),
    finding('slow', 2.9, 'x', 'at least', 3),
    finding('memory', 301, 'MB', 'at most', 300),
  ];
  const text = subjectText({ subject: 'rle', notes: ['a note'], trials: [trial], findings, facts: { size: 2 }, peakRssMb: 99.6 });
  assert.match(text, /encode {2}selfpaste {2}12,345 masks\/s +81 us/);
  assert.match(text, /^pass {2}speed: 3 x \(at least 3\)$/m);
  assert.match(text, /^FAIL {2}slow: 2\.9 x \(at least 3\)$/m);
  assert.match(text, /^FAIL {2}memory: 301 MB \(at most 300\)$/m);
  assert.match(text, /peak RSS: 99\.6 MB[\s\S]*note: a note/);
});
