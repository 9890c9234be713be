import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parseConfig } from '../../config/index.ts';
import { openDatabase } from '../../db/index.ts';
import { runFolder } from '../../pipeline/index.ts';
import type { Cell, CellFigures, CellOutcome } from './cell.ts';
import { cellState, settingsText } from './cell-state.ts';
import { spreadOf } from './groups.ts';
import { measurementNames, measurementOf, type Places } from './measurements.ts';
import { measurementReport, type QualityReport, qualityMarkdown } from './report.ts';

const folder = mkdtempSync(join(tmpdir(), 'selfpaste-quality-test-'));
after(() => rmSync(folder, { recursive: true }));
const data = join(folder, 'data');
for (const name of ['dsb2018', 'microcontrollers']) mkdirSync(join(data, name), { recursive: true });
const places: Places = { data, models: join(folder, 'models'), runs: join(folder, 'runs') };

/** A run as the pipeline leaves it, without any training: its best student was not its last; `finished` null is one that was interrupted. */
function fabricate(cell: Cell, finished: CellFigures | null): void {
  const config = parseConfig(settingsText(cell, places.runs, 2), join(folder, 'selfpaste.yaml'));
  const db = openDatabase(runFolder(config.runFolder).database, { mode: 'create' });
  const { name, seed, hash } = config;
  db.runs.create({ name, seed, config, configHash: hash, programVersion: '0', machineVersion: 1, createdAtMs: 1 });
  const last = config.rounds;
  for (let round = 0; round <= last; round++) db.rounds.start(round, { stage: 'train', teacher: null, startedAtMs: 1 });
  if (finished !== null) {
    const { maskAp, maskAp50, boxAp, trainSeconds } = finished;
    db.metrics.record(last, 100, { maskAp: 0.01, maskAp50: 0.01, boxAp: 0.01 });
    db.metrics.record(last, 200, { maskAp, maskAp50, boxAp });
    db.metrics.record(last, config.train.steps, { maskAp: maskAp - 0.05, maskAp50: 0.99, boxAp: 0.99 });
    db.stageTimes.record({ round: last, stage: 'train', startedAtMs: 1, durationMs: 400 * trainSeconds });
    db.stageTimes.record({ round: last, stage: 'train', startedAtMs: 2, durationMs: 600 * trainSeconds });
    db.stageTimes.record({ round: last, stage: 'evaluate', startedAtMs: 3, durationMs: 5000 });
    db.rounds.finish(last, { promoted: true, finishedAtMs: 4 });
  }
  db.close();
}

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function quality(...args: readonly string[]): Promise<Ended> {
  const main = fileURLToPath(new URL('./main.js', import.meta.url));
  return new Promise((resolve) => {
    execFile(process.execPath, [main, ...args], (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), stdout, stderr });
    });
  });
}

const reached = (maskAp: number): CellFigures => ({ maskAp, maskAp50: maskAp + 0.2, boxAp: maskAp + 0.1, trainSeconds: 90 });
const outcomesOf = (cells: readonly Cell[], maskAp: (cell: Cell) => number): Map<string, CellOutcome> =>
  new Map(cells.map((cell) => [cell.name, { kind: 'finished', figures: reached(maskAp(cell)) }]));

test('cells that are finished are not run again: figures of the students they hand on come from the databases, as Markdown and JSON', async () => {
  const { cells } = measurementOf('microcontrollers', places);
  for (const cell of cells) fabricate(cell, reached(cell.group === 'warm start' ? 0.6 : 0.12));
  const json = join(folder, 'quality.json');
  const { code, stdout, stderr } = await quality('microcontrollers', '--folder', places.runs, '--data', data, '--json', json);
  assert.equal(code, 0, stderr);
  assert.equal(stderr, '');
  assert.match(stdout, /^## microcontrollers$/m);
  assert.match(stdout, /^\| microcontrollers-warm-start-seed-0 \| 0\.600 \| 0\.800 \| 0\.700 \| 1\.5 min \|$/m);
  assert.match(stdout, /^\| mask AP of the warm start \| 0\.6 AP \| at least 0\.35 \| met \|$/m);
  assert.match(stdout, /^\| mask AP of the warm start to that of random init \| 5 x \| at least 2 \| met \|$/m);
  const report = JSON.parse(readFileSync(json, 'utf8')) as QualityReport;
  assert.deepEqual(report.measurements[0]?.cells[1], {
    name: cells[1]?.name,
    group: 'random init',
    kind: 'finished',
    figures: reached(0.12),
  });
});

test("a cell's state is what its database says, and a run with other settings is not taken for it", () => {
  const [cell] = measurementOf('dsb2018', places).cells;
  const at = join(places.runs, cell.name);
  assert.deepEqual(cellState(cell, at), { kind: 'untouched' });
  fabricate(cell, null);
  assert.deepEqual(cellState(cell, at), { kind: 'begun' });
  const other: Cell = { ...cell, settings: { ...cell.settings, seed: 5 } };
  assert.throws(() => cellState(other, at), {
    code: 'USAGE_QUALITY_CELL',
    message: /^Expected a run with the settings of cell dsb2018 for .*dsb2018, got "[0-9a-f]{12}" \(string\)$/,
    hint: 'remove that folder, or choose another one with --folder',
  });
});

test('the four cells are summed up by their means over the seeds, and judged by the gain of both', () => {
  const measurement = measurementOf('four-cells', places);
  assert.deepEqual(
    measurement.cells.filter(({ settings }) => settings.seed === 1).map(({ group, after }) => [group, after]),
    [
      ['neither', null],
      ['copy-paste', null],
      ['self-training', 'four-cells-neither-seed-1'],
      ['both', 'four-cells-copy-paste-seed-1'],
    ],
  );
  const base = { neither: 0.3, 'self-training': 0.31, 'copy-paste': 0.32, both: 0.315 } as const;
  const outcomes = outcomesOf(measurement.cells, ({ group, settings }) => base[group as keyof typeof base] + (settings.seed ?? 0) / 100);
  const report = measurementReport(measurement, outcomes);
  const text = qualityMarkdown({
    version: 1,
    machine: { cpu: 'x', cores: 2, node: '20', platform: 'y', loadAverage: 0 },
    command: 'c',
    measurements: [report],
  });
  assert.match(text, /^\| neither \| 0\.310 \(0\.300 to 0\.320, 0\.010\) \|/m);
  assert.match(text, /^\| mask AP that both add to neither \| 0\.015 AP \| at least 0\.02 \| \*\*missed\*\* \|$/m);
});

test('what is not finished is said, and its targets are not judged', () => {
  const measurement = measurementOf('four-cells', places);
  const outcomes = outcomesOf(measurement.cells, () => 0.3);
  outcomes.set('four-cells-both-seed-2', { kind: 'unfinished', reason: 'interrupted' });
  const { cells, findings, groups } = measurementReport(measurement, outcomes);
  assert.deepEqual(cells.at(-1), { name: 'four-cells-both-seed-2', group: 'both', kind: 'unfinished', reason: 'interrupted' });
  assert.deepEqual(findings, [{ kind: 'absent', name: 'mask AP that both add to neither', reason: 'not finished: both' }]);
  assert.deepEqual(Object.keys(groups).toSorted(), ['copy-paste', 'neither', 'self-training']);
});

test('every cell has a configuration that the program takes, and a name of its own', () => {
  const cells = measurementNames.flatMap((name) => measurementOf(name, places).cells);
  assert.equal(new Set(cells.map(({ name }) => name)).size, cells.length);
  for (const cell of cells)
    assert.equal(parseConfig(settingsText(cell, places.runs, 1), '/selfpaste.yaml').runFolder, join(places.runs, cell.name));
});

test('a spread is mean, ends and standard deviation', () => {
  assert.deepEqual(spreadOf([2, 4, 6]), { mean: 4, min: 2, max: 6, std: 2 });
  assert.deepEqual(spreadOf([3]), { mean: 3, min: 3, max: 3, std: 0 });
});

test('a mistake of the user is one sentence and a hint', async () => {
  const cases: readonly (readonly [args: readonly string[], output: RegExp])[] = [
    [
      ['speed'],
      /^Expected dsb2018, four-cells, microcontrollers for a measurement, got "speed" \(string\)\nname some of these, or none for all/,
    ],
    [['--jobs', '0'], /^Expected an integer of 1 or more for --jobs, got "0" \(string\)\ngive another number/],
    [['dsb2018', '--data', folder], /^Expected a data set at .*dsb2018, found none\nname the data sets with --data DIR/],
    [['--fast'], /--fast[\s\S]*\nsee docs\/bench\.md for the options/],
  ];
  for (const [args, output] of cases) {
    const { code, stderr } = await quality('--data', data, ...args);
    assert.equal(code, 2);
    assert.match(stderr, output);
  }
});
