import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ResolvedConfig } from '../../config/index.ts';
import type { SelfpasteError } from '../../core/index.ts';
import { Categories } from '../../db/categories.ts';
import { openDatabase, type RunFacts } from '../../db/index.ts';
import { addImage, addModel, label, prediction, T0, testDatabase, testFolder } from '../../db/test-database.ts';
import { ROUNDS, twoRounds } from '../../test/two-rounds.ts';
import type { Report } from '../contract/report.ts';
import { testReport } from '../test-report.ts';
import { drawSample } from './sample-pictures.ts';
import { writeReport } from './write-report.ts';

const NOW = T0 + 86_400_000;

/** The data of a written page. */
function reportIn(path: string): Report {
  const [, json = ''] = /<script type="application\/json" id="report">([^<]*)<\/script>/.exec(readFileSync(path, 'utf8')) ?? [];
  return JSON.parse(json) as Report;
}

async function reportOf(folder: string, labels = 60): Promise<Report> {
  const path = join(folder, 'report.html');
  await writeReport({ folder, path, labels }, NOW);
  return reportIn(path);
}

test('a run of two labeled rounds: rounds, classes with reasons, their comparison, and a sample', async (t) => {
  const { folder, db } = twoRounds(t);
  db.metrics.record(1, 10, { loss: 2, maskAp: 0.25, boxAp: 0.2 });
  db.rounds.setStudent(1, db.rounds.byIndex(2)?.teacher as never);
  db.stageTimes.record({ round: 1, stage: 'label', startedAtMs: T0, durationMs: 5000 });
  db.stageTimes.record({ round: 1, stage: 'select', startedAtMs: T0 + 1, durationMs: 500 });
  db.quarantine.add({ subset: 'labeled', path: '/x.jpg', fileName: 'x.jpg', reason: 'unreadable', detail: 'is empty', atMs: T0 });
  db.events.add({ atMs: T0, round: 1, kind: 'note', data: { kind: 'note', round: 1, level: 'warn', text: 'memory is short' } });
  const report = await reportOf(folder);
  const { rounds, classes, comparison, setAside, sample, madeAtMs } = report;
  assert.equal(madeAtMs, NOW);
  assert.deepEqual(
    rounds.map(({ index, labeled, labels, labelMs, trainMs }) => [index, labeled, labels.kept, labels.dropped, labelMs, trainMs]),
    [
      [1, 1, 2, { unsure: 1 }, 5500, null],
      [2, 1, 2, {}, null, null],
    ],
  );
  assert.equal(rounds[0]?.student?.maskAp, 0.25);
  assert.deepEqual([rounds[0]?.teacher?.maskAp, rounds[1]?.student], [null, null]);
  assert.deepEqual(
    classes.map(({ classes: of }) => of.map(({ name, predictions, kept, dropped }) => [name, predictions, kept, dropped])),
    [
      [
        ['cat', 2, 1, { unsure: 1 }],
        ['dog', 1, 1, {}],
      ],
      [['cat', 2, 2, {}]],
    ],
  );
  assert.deepEqual([comparison?.from.round, comparison?.to.round], [1, 2]);
  assert.deepEqual(setAside.quarantined, { unreadable: 1 });
  assert.deepEqual(
    setAside.warnings.events.map(({ text }) => text),
    ['memory is short'],
  );
  assert.deepEqual([sample?.round, sample?.labels.length, sample?.labels[0]?.thumbnail], [2, 2, ''], 'its picture is nowhere');
});

test('the same run gives the same bytes, but for the time', async (t) => {
  const { folder } = twoRounds(t);
  const paths = ['a.html', 'b.html', 'c.html'].map((name) => join(folder, name)) as [string, string, string];
  for (const [at, path] of paths.entries()) await writeReport({ folder, path, labels: 60 }, at < 2 ? NOW : NOW + 1);
  const [a, b, c] = paths.map((path) => readFileSync(path, 'utf8')) as [string, string, string];
  assert.equal(a, b);
  assert.equal(c.replace(String(NOW + 1), String(NOW)), a);
});

test('folders of the machine, and what its processor decides, are no settings that differ', async (t) => {
  const { folder } = twoRounds(t);
  const { settings } = (await reportOf(folder)).run;
  assert.deepEqual(settings, [{ key: 'train.steps', value: '100', byDefault: '2000' }]);
});

test('no folder of the machine stands in a report: not in settings, not in warnings, not in why a run ended', async (t) => {
  const folder = join(testFolder(t), 'Client A');
  mkdirSync(folder);
  const db = testDatabase(t, join(folder, 'selfpaste.db'));
  const { config, ...facts } = testReport('a').run as RunFacts;
  const changed = {
    ...(config as ResolvedConfig),
    teacher: { ...(config as ResolvedConfig).teacher, model: '/home/anna/secret/yolo.onnx' },
  };
  db.runs.create({ ...facts, config: changed });
  db.rounds.start(0, { stage: 'train', teacher: null, startedAtMs: T0 });
  const note = { kind: 'note', round: 0, level: 'warn', text: `cannot read ${folder}/x 1.jpg, nor /home/anna/y.jpg` };
  const error = { code: 'DATA', message: 'cannot write /home/anna/z.db', hint: `free space in ${folder}`, stack: '' };
  db.events.add({ atMs: T0, round: 0, kind: 'note', data: note });
  db.events.add({ atMs: T0 + 1, round: 0, kind: 'run-failed', data: { kind: 'run-failed', error } });
  const report = await reportOf(folder);
  assert.deepEqual(
    report.run.settings.find(({ key }) => key === 'teacher.model'),
    { key: 'teacher.model', value: '"yolo.onnx"', byDefault: 'null' },
  );
  assert.deepEqual(
    report.setAside.warnings.events.map(({ text }) => text),
    ['failed: cannot write z.db; free space in Client A [DATA]', 'cannot read x 1.jpg, nor y.jpg'],
  );
  assert.match(('why' in report.state && report.state.why) || '', /cannot write z\.db/);
  assert.doesNotMatch(readFileSync(join(folder, 'report.html'), 'utf8'), /anna|secret|selfpaste-db-/);
});

test('a report is of one moment, whatever is written while it is read', async (t) => {
  const { folder, db } = twoRounds(t);
  const before = await reportOf(folder);
  const writer = openDatabase(db.path, { mode: 'write' });
  t.after(() => writer.close());
  // The facts are read by then, and the sample is not.
  const { all } = Categories.prototype;
  const reading = t.mock.method(Categories.prototype, 'all', function (this: Categories) {
    if (writer.rounds.byIndex(3) === undefined) {
      writer.rounds.start(3, { stage: 'label', teacher: addModel(writer, 3), startedAtMs: T0 });
      label(writer, addImage(writer, 2), [prediction(0.9)], 2);
    }
    return all.call(this);
  });
  const { rounds, sample } = await reportOf(folder);
  assert.ok(reading.mock.callCount() > 0 && writer.rounds.byIndex(3) !== undefined);
  assert.deepEqual({ rounds, sample }, { rounds: before.rounds, sample: before.sample });
});

test('a run that has not begun is reported as that, and one of which nothing was written is refused', async (t) => {
  const folder = testFolder(t);
  const db = testDatabase(t, join(folder, 'selfpaste.db'));
  const path = join(folder, 'report.html');
  await assert.rejects(writeReport({ folder, path, labels: 60 }), { code: 'DATA_EMPTY_RUN' });
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.includes('report')),
    [],
    'nothing is left of what was refused',
  );
  db.runs.create(testReport('a').run as RunFacts);
  const { rounds, classes, comparison, sample, curves } = await reportOf(folder);
  assert.deepEqual(
    { rounds, classes, comparison, sample, curves },
    { rounds: [], classes: [], comparison: null, sample: null, curves: { rounds: [] } },
  );
});

test('a run of round 0 alone has curves and a student, and no labels to show', async (t) => {
  const folder = testFolder(t);
  const db = testDatabase(t, join(folder, 'selfpaste.db'));
  db.runs.create(testReport('a').run as RunFacts);
  db.rounds.start(0, { stage: 'promote', teacher: null, startedAtMs: T0 });
  db.metrics.record(0, 10, { loss: 2, maskAp: 0.25 });
  const { rounds, curves, classes, comparison, sample } = await reportOf(folder);
  assert.deepEqual([rounds[0]?.labeled, rounds[0]?.teacher, rounds[0]?.student?.maskAp], [null, null, 0.25]);
  assert.deepEqual([curves.rounds[0]?.points.length, curves.rounds[0]?.validations.length], [1, 1]);
  assert.deepEqual([classes, comparison, sample], [[], null, null]);
});

test('one labeled round has nothing to be compared with, and is looked at while another one writes', async (t) => {
  const { folder, db } = twoRounds(t, ROUNDS.slice(0, 1));
  const writer = openDatabase(db.path, { mode: 'write' });
  t.after(() => writer.close());
  const { comparison, sample } = await new Promise<Report>((resolve, reject) => {
    // A write that is not committed: a report neither waits for it nor shows it.
    writer.transaction(() => {
      writer.rounds.start(2, { stage: 'label', teacher: null, startedAtMs: T0 });
      reportOf(folder).then(resolve, reject);
    });
  });
  assert.deepEqual([comparison, sample?.round, sample?.labels.length], [null, 1, 3]);
});

test('a report replaces the one before, and no file of another kind', async (t) => {
  const { folder } = twoRounds(t);
  const path = join(folder, 'report.html');
  writeFileSync(path, 'an earlier one');
  const { bytes, labels } = await writeReport({ folder, path, labels: 1 });
  assert.deepEqual([readFileSync(path).length, reportIn(path).sample?.labels.length, labels], [bytes, 1, 1]);
  const config = join(folder, 'selfpaste.yaml');
  await assert.rejects(writeReport({ folder, path: config, labels: 1 }), (error) => {
    const { message, hint } = error as SelfpasteError;
    assert.deepEqual([message, hint], [`Expected the name of an HTML file for --export, got "${config}" (string)`, 'let it end in .html']);
    return true;
  });
  assert.ok(!existsSync(config));
});

test('labels that a file has no room for are left out, and counted', async () => {
  const label = {
    name: '1',
    mask: 'x'.repeat(1000),
    view: { x1: 0, y1: 0, x2: 8, y2: 8 },
    file: { path: '/nowhere', sha256: 'no' },
  } as never;
  const { labels, leftOut } = await drawSample(1, [label, label, label], 2500);
  assert.deepEqual([labels.length, leftOut], [2, 1]);
});
