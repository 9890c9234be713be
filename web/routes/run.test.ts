import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { ResolvedConfig } from '../../config/index.ts';
import { rle, sha256 } from '../../core/index.ts';
import { writePng } from '../../dataset/index.ts';
import { acquireRunLock, type Subset } from '../../db/index.ts';
import { addImage, attempt, label, prediction, T0, testFolder, testRun } from '../../db/test-database.ts';
import { firstContext, MACHINE_VERSION } from '../../pipeline/machine/machine.ts';
import { runApp } from '../app.ts';
import type { EventLines, RunCurves, RunOverview, SetAside } from '../contract/run.ts';
import { openSite } from '../site.ts';
import { testReport } from '../test-report.ts';

const TOKEN = 'secret';

/** A run in a stage of round 1, and how a page asks about it. */
function scene(t: TestContext, stage: 'label' | 'train' = 'label') {
  const folder = testFolder(t);
  const db = testRun(t, join(folder, 'selfpaste.db'));
  const { name, seed, config, configHash, programVersion, createdAtMs } = testReport('a').run ?? assert.fail();
  const { data, ...settings } = config as ResolvedConfig;
  const labeling = { ...settings, rounds: 2, data: { ...data, unlabeled: { images: folder, list: null } } };
  db.runs.create({ name, seed, config: labeling, configHash, programVersion, machineVersion: MACHINE_VERSION, createdAtMs });
  const context = { ...firstContext({ rounds: 2, given: true, waits: [] }), stage, round: 1 };
  db.snapshots.add({ atMs: T0, machineVersion: MACHINE_VERSION, state: { value: stage, context } });
  const site = openSite(dirname(db.path));
  t.after(() => site.close());
  const app = runApp(site, { names: new Set(['localhost']), token: TOKEN, forEverything: false });
  const headers = { host: 'localhost', 'content-type': 'application/json', 'x-selfpaste-token': TOKEN };
  const get = async <Answer>(path: string): Promise<Answer> => (await (await app.request(path, { headers })).json()) as Answer;
  const post = async (path: string, body: unknown) => {
    const response = await app.request(path, { method: 'POST', headers, body: JSON.stringify(body) });
    return { status: response.status, answer: (await response.json()) as Readonly<Record<string, unknown>> };
  };
  return { db, folder, app, headers, get, post };
}

test('the run as a whole: its machine, what was dropped by which reason, where the time went, what was set aside', async (t) => {
  const { db, get } = scene(t);
  db.stageTimes.record({ round: 1, stage: 'label', startedAtMs: T0, durationMs: 5000 });
  db.quarantine.add({ subset: 'labeled', path: '/x.jpg', fileName: 'x.jpg', reason: 'unreadable', detail: 'is empty', atMs: T0 });
  const [image] = [addImage(db, 1)];
  const [kept, low, twice] = label(db, image, [prediction(0.9), prediction(0.2), prediction(0.8)]) as [never, never, never];
  db.pseudoLabels.record({
    round: 1,
    image: image.id,
    decisions: [
      { prediction: kept, status: 'kept', reason: 'score', weight: 1 },
      { prediction: low, status: 'dropped', reason: 'below-threshold' },
      { prediction: twice, status: 'dropped', reason: 'duplicate' },
    ],
    lineage: new Map(),
    drawn: [],
    changes: [],
    suspicions: [],
  });
  const { rounds, machine, stageTimes, quarantined } = await get<RunOverview>('/api/run');
  assert.deepEqual(
    rounds.map(({ index, labels }) => [index, labels]),
    [[1, { failed: 0, pictures: 1, kept: 1, drawn: 0, dropped: { 'below-threshold': 1, duplicate: 1 } }]],
  );
  assert.ok(machine.ways.some(({ from, to }) => from === 'label' && to === 'select'));
  assert.deepEqual(stageTimes, [{ round: 1, stage: 'label', startedAtMs: T0, durationMs: 5000 }]);
  assert.deepEqual(quarantined, { unreadable: 1 });
});

test('curves of a long training are means of stretches, and end where it ended', async (t) => {
  const { db, get } = scene(t, 'train');
  db.transaction(() => {
    for (let step = 1; step <= 6000; step++) db.metrics.record(1, step, { loss: step, unsupLoss: null });
  });
  db.metrics.record(1, 6000, { maskAp: 0.4, maskApLarge: null });
  const { rounds } = await get<RunCurves>('/api/run/curves');
  assert.equal(rounds[0]?.points.length, 2000);
  assert.deepEqual(rounds[0]?.points[0], { step: 3, values: { loss: 2, unsupLoss: null } });
  assert.deepEqual(rounds[0]?.points.at(-1), { step: 6000, values: { loss: 5999, unsupLoss: null } });
  assert.deepEqual(rounds[0]?.validations, [{ step: 6000, values: { maskAp: 0.4, maskApLarge: null } }]);
});

test('the diary, page by page and by what went wrong', async (t) => {
  const { db, get } = scene(t);
  for (let id = 1; id <= 60; id++)
    db.events.add({
      atMs: T0 + id,
      round: 1,
      kind: 'note',
      data: { kind: 'note', round: 1, level: id % 20 === 0 ? 'warn' : 'info', text: `<b>${id}` },
    });
  db.events.add({ atMs: T0, round: 1, kind: 'settings-changed', data: { kind: 'settings-changed', who: 'ada', changes: [] } });
  db.events.add({ atMs: T0, round: 1, kind: 'of-a-later-version', data: {} });
  const first = await get<EventLines>('/api/run/events');
  assert.deepEqual(
    first.events.slice(0, 3).map(({ text }) => text),
    ['of-a-later-version', 'settings were changed by ada', '<b>60'],
  );
  assert.equal(first.more, true);
  const second = await get<EventLines>(`/api/run/events?before=${first.events.at(-1)?.id}`);
  assert.deepEqual([second.events.length, second.events.at(-1)?.text, second.more], [12, '<b>1', false]);
  const warnings = await get<EventLines>('/api/run/events?which=warnings');
  assert.deepEqual(
    warnings.events.map(({ text, level }) => [text, level]),
    [
      ['<b>60', 'warn'],
      ['<b>40', 'warn'],
      ['<b>20', 'warn'],
    ],
  );
  assert.match(JSON.stringify(await get('/api/run/events?before=x')), /Expected the number of an event for before, got x/);
});

test('who owns the run is asked to pause; of a run that nobody owns nothing can be asked', async (t) => {
  const { folder, post } = scene(t);
  const refused = await post('/api/control', { request: 'pause' });
  assert.equal(refused.status, 400);
  assert.match(JSON.stringify(refused.answer), /Expected a run that goes on in .*, but no process owns it.*selfpaste resume/);
  const lock = acquireRunLock(folder);
  t.after(() => lock.release());
  mkdirSync(join(folder, 'requests'), { recursive: true });
  assert.equal((await post('/api/control', { request: 'pause' })).status, 202);
  const [file] = readdirSync(join(folder, 'requests'));
  assert.deepEqual(JSON.parse(readFileSync(join(folder, 'requests', file as string), 'utf8')), { request: 'pause', who: 'the inspector' });
  assert.equal((await post('/api/control', { request: 'delete' })).status, 400);
});

test('pictures that could not be labeled are tried again where the run has still to label, and nowhere else', async (t) => {
  const { db, folder, get, post } = scene(t);
  db.labeling.recordFailed(attempt(addImage(db, 1).id), 'is damaged');
  const aside = await get<SetAside>('/api/run/quarantine');
  assert.deepEqual(
    [aside.failed.map(({ fileName, reason }) => [fileName, reason]), aside.retry.pictures],
    [[['1.jpg', 'is damaged']], { possible: true, round: 1, when: 'when the run goes on' }],
  );
  assert.equal((await post('/api/run/retry', { round: 0 })).status, 400);
  const lock = acquireRunLock(folder);
  t.after(() => lock.release());
  const running = await get<SetAside>('/api/run/quarantine');
  assert.deepEqual(running.retry.pictures, { possible: true, round: 1, when: 'before this labeling ends' });
  assert.deepEqual((await post('/api/run/retry', { round: 1 })).answer, { pictures: 1 });
  assert.equal(db.labeling.counts(1).pending, 1);
});

test('of very many pictures that could not be labeled, a part and how many there are', async (t) => {
  const { db, get } = scene(t);
  db.transaction(() => {
    for (let number = 1; number <= 1002; number++) db.labeling.recordFailed(attempt(addImage(db, number).id), 'is damaged');
  });
  const { failed, failedCount } = await get<SetAside>('/api/run/quarantine');
  assert.deepEqual([failed.length, failed.at(-1)?.fileName, failedCount], [1000, '1000.jpg', 1002]);
});

test('files that could not be read are tried again, and say what is wrong with them now', async (t) => {
  const { db, folder, get, post } = scene(t, 'train');
  const real = realpathSync(folder);
  const setAside = (fileName: string, reason: string, subset: Subset = 'unlabeled') =>
    db.quarantine.add({ subset, path: join(real, fileName), fileName, reason, detail: 'is empty', atMs: T0 });
  for (const name of ['mended.png', 'worse.png', 'twice.png', 'gone.png', 'link.png']) setAside(name, 'empty');
  setAside('known.png', 'duplicate');
  setAside('labeled.png', 'empty', 'labeled');
  db.quarantine.add({ subset: 'unlabeled', path: `${real}#line 4`, fileName: 'line 4', reason: 'absent', detail: 'no file', atMs: T0 });
  await writePng(join(real, 'mended.png'), { size: { width: 8, height: 6 }, data: new Uint8Array(144).fill(9) });
  copyFileSync(join(real, 'mended.png'), join(real, 'twice.png'));
  symlinkSync(join(real, 'mended.png'), join(real, 'link.png'));
  writeFileSync(join(real, 'worse.png'), 'text');
  const { retriable, retry, fileCount } = await get<SetAside>('/api/run/quarantine');
  assert.deepEqual([fileCount, retriable, retry.files], [8, 5, { possible: true, round: 2, when: 'in round 2' }]);
  assert.deepEqual((await post('/api/run/retry-files', {})).answer, { used: 1, leftOut: 4 });
  assert.deepEqual(
    Array.from(db.images.ofSubset('unlabeled'), ({ fileName, size }) => [fileName, size]),
    [['mended.png', { width: 8, height: 6 }]],
  );
  assert.deepEqual(
    db.quarantine.all().map(({ fileName, reason }) => `${fileName} ${reason}`),
    ['labeled.png empty', 'line 4 absent', 'gone.png absent', 'known.png duplicate', 'link.png file-outside-root'].concat([
      'twice.png duplicate',
      'worse.png not-an-image',
    ]),
  );
  const { events } = await get<EventLines>('/api/run/events');
  assert.equal(events[0]?.text, '1 file left out at import can be read now, and labeled: tried again, says the inspector');
  assert.deepEqual((await post('/api/run/retry-files', {})).answer, { used: 0, leftOut: 3 });
});

test('a file that can be read now comes with what people drew on it in the run that was forked', async (t) => {
  const { db, folder, post } = scene(t, 'train');
  const path = join(realpathSync(folder), 'mended.png');
  const size = { width: 8, height: 6 };
  await writePng(path, { size, data: new Uint8Array(144).fill(9) });
  db.quarantine.add({ subset: 'unlabeled', path, fileName: 'mended.png', reason: 'empty', detail: 'is empty', atMs: T0 });
  const parent = testRun(t, join(folder, 'parent', 'selfpaste.db'));
  const { name, seed, config, configHash, programVersion, createdAtMs } = testReport('a').run ?? assert.fail();
  parent.runs.create({ name, seed, config, configHash, programVersion, machineVersion: MACHINE_VERSION, createdAtMs });
  const hash = sha256(createHash('sha256').update(readFileSync(path)).digest('hex'));
  const facts = {
    sha256: hash,
    path: '/there.png',
    fileName: 'there.png',
    size,
    orientation: 1,
    subset: 'unlabeled',
    sourceId: null,
  } as const;
  const added = parent.images.add(facts);
  assert.ok(added.status === 'added');
  const category = parent.categories.all()[0]?.id ?? assert.fail();
  const mask = rle.fromBox(size, { x1: 1, y1: 1, x2: 4, y2: 3 });
  const drawn = { of: 'image', image: added.id, verdict: 'drawn', category, mask } as const;
  parent.verdicts.record([drawn], { who: 'ada', why: '', subject: '', atMs: T0 });
  assert.deepEqual((await post('/api/run/retry-files', {})).answer, { used: 1, leftOut: 0 });
  assert.deepEqual(db.verdicts.count(), { accepted: 0, rejected: 0, corrected: 0, drawn: 1 });
});

test('where no labeling comes any more nothing is tried again, and it is said why', async (t) => {
  const { db, get, post } = scene(t, 'train');
  const at = (value: string, round: number) => {
    const context = { ...firstContext({ rounds: 2, given: true, waits: [] }), stage: 'train' as const, round };
    db.snapshots.add({ atMs: T0, machineVersion: MACHINE_VERSION, state: { value, context } });
  };
  at('train', 2);
  const last = { possible: false, why: 'round 2 is the last, and past its labeling' };
  assert.deepEqual((await get<SetAside>('/api/run/quarantine')).retry, { files: last, pictures: last });
  at('finished', 2);
  const { status, answer } = await post('/api/run/retry-files', {});
  assert.equal(status, 400);
  assert.match(JSON.stringify(answer), /Expected files that can be tried again now, but the run is finished, and labels no more/);
});

test('a run that is past labeling does not look at failed pictures again before the next round', async (t) => {
  const { get, post } = scene(t, 'train');
  const { retry } = await get<SetAside>('/api/run/quarantine');
  assert.deepEqual(retry.pictures, { possible: false, why: 'round 2 labels every picture anew, these too; this one is past that' });
  const { answer } = await post('/api/run/retry', { round: 1 });
  assert.match(JSON.stringify(answer), /Expected pictures that can be tried again now, but round 2 labels every picture anew/);
});

test('a stream begins with the state, and ends with its listener', async (t) => {
  const { app, headers } = scene(t);
  const gone = new AbortController();
  const response = await app.request('/api/live', { headers, signal: gone.signal });
  assert.match(response.headers.get('content-type') ?? '', /^text\/event-stream/);
  const reader = (response.body ?? assert.fail()).getReader();
  const text = new TextDecoder().decode((await reader.read()).value);
  assert.match(text, /^event: state\ndata: \{.*"kind":"interrupted","round":1,"stage":"label".*\nid: 0\.1\.0\n\n$/s);
  await reader.cancel();
});
