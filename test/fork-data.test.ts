import assert from 'node:assert/strict';
import { copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type ResolvedConfig, restoreConfig } from '../config/index.ts';
import { rle } from '../core/index.ts';
import { openDatabase } from '../db/index.ts';
import { changeSettings, forkRun } from '../pipeline/index.ts';
import { assertClean, outcome } from './interruption.ts';
import { unlessLong } from './long-form.ts';
import { assertEnded, lookInto, makeScenes, rowsOf, runProgram, SMALL, startProgram, writeConfig } from './small-run.ts';

/** Texts of what the run's diary says beside its stages. */
const notesOf = (run: string): readonly string[] =>
  lookInto(run, (db) => db.events.after(0, 1000)).flatMap(({ kind, data }) =>
    kind === 'note' ? [(data as { readonly text: string }).text] : [],
  );
const takenOver = (run: string): readonly string[] =>
  notesOf(run).filter((text) => / taken over from /.test(text) && !text.startsWith('nothing '));
/** Whether a process of this run trained or labeled. */
const workedIn = (run: string) => ({
  trained: lookInto(run, (db) => db.events.after(0, 1000)).flatMap(({ kind, round }) => (kind === 'backend' ? [round] : [])),
  labeled: lookInto(run, (db) => rowsOf(db, 'SELECT count(*) AS pictures FROM label_attempts WHERE duration_ms > 0')),
});
const configOf = (run: string): ResolvedConfig => lookInto(run, (db) => db.runs.facts()?.config as ResolvedConfig);
const hasParent = (run: string): boolean => existsSync(join(run, 'parent'));

/** What a teacher says, and what is known of it. */
const SAME_ROWS = [
  'SELECT round, image_id, status, model_id, predictions FROM label_attempts ORDER BY round, image_id',
  'SELECT * FROM predictions ORDER BY id',
  'SELECT * FROM candidate_sets ORDER BY id',
  'SELECT * FROM calibration_sets ORDER BY model_id, image_id',
  'SELECT * FROM metrics ORDER BY round, step, name',
  'SELECT id, round, role, path, sha256, contract FROM models ORDER BY id',
];

/** A minute of runs that `npm run test:faults` has time for. */
const skip = unlessLong('fork');

describe('a fork with other data', () => {
  const folder = mkdtempSync(join(tmpdir(), 'selfpaste-fork-data-'));
  const folderOf = (name: string): string => join(folder, 'runs', name);
  const base = folderOf('base');
  const fileOf = (name: string): string => join(folder, 'data', name);
  const listOf = (name: string): string => `data.unlabeled.list=${fileOf(name)}`;
  const setting = (set: readonly string[]): readonly string[] => set.flatMap((one) => ['--set', one]);
  const fresh = (name: string, set: readonly string[], options: readonly string[] = []) =>
    runProgram(['run', '-c', join(folder, 'selfpaste.yaml'), ...setting([`name=${name}`, ...set]), ...options]);
  const fork = (from: string, name: string, set: readonly string[], options: readonly string[] = []) =>
    runProgram(['resume', from, '--fork', name, ...setting(set), ...options]);

  before(async () => {
    await makeScenes(folder);
    writeConfig(folder, SMALL);
    const pictures = readFileSync(fileOf('unlabeled.txt'), 'utf8').trim().split('\n');
    writeFileSync(fileOf('first.txt'), pictures.slice(0, 12).join('\n'));
    // Known and unknown pictures in turns, and two that are gone.
    const others = [12, 2, 3, 13, 4, 5, 6, 7, 8, 9, 14, 10, 11, 15].map((at) => pictures[at]);
    writeFileSync(fileOf('others.txt'), others.join('\n'));
    const labels = JSON.parse(readFileSync(fileOf('train_labeled.json'), 'utf8'));
    writeFileSync(fileOf('relabeled.json'), JSON.stringify({ ...labels, annotations: labels.annotations.slice(1) }));
    assertEnded(await fresh('base', [listOf('first.txt')]), 0);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('labels the pictures that are new, trains no student again, and ends as a run that never heard of another', async () => {
    assertEnded(await fresh('others', [listOf('others.txt')]), 0);
    const ended = await fork(base, 'more', [listOf('others.txt')]);
    assertEnded(ended, 0);
    for (const said of [
      /^unlabeled +14 +10$/m,
      /^round 0: its student and numbers are those of base; nothing is trained$/m,
      /^round 1: the labels of 10 of 14 pictures are those of base, 4 are labeled; what comes after is made again, unless it turns out the same$/m,
    ])
      assert.match(ended.stderr, said);
    const run = folderOf('more');
    assert.deepEqual(outcome(run), outcome(folderOf('others')));
    assert.deepEqual(takenOver(run), [
      'the student of round 0 is taken over from base: its training would be the same',
      'what the model of round 0 is worth is taken over from base',
      'the labels of 10 of 14 pictures are taken over from base',
    ]);
    assert.ok(notesOf(run).includes('nothing is taken over from base from here on: round 1 trains on other pictures or labels'));
    assert.deepEqual(workedIn(run), { trained: [1], labeled: [{ pictures: 4 }] });
    assert.ok(!hasParent(run));
    assertClean(run, 14);
  });

  it('goes on without the run that it comes from, however often it is killed while it takes over', { skip }, async () => {
    const lost = folderOf('lost');
    cpSync(base, lost, { recursive: true });
    const run = folderOf('killed');
    assertEnded(await fork(lost, 'killed', [listOf('others.txt')], ['--until', 'stage=import']), 0);
    rmSync(lost, { recursive: true });
    const { folder: grandchild } = await forkRun(run, { settings: (stored) => stored, data: 'as-imported' }, 'grandchild', 'Ada');
    assert.ok(hasParent(grandchild), 'a fork of a fork has what that one has not taken over yet');
    for (const point of ['training-set-written', 'student-registered', 'calibration-recorded', 'attempt-recorded:5']) {
      const killed = await startProgram(['resume', run], undefined, { SELFPASTE_KILL_AT: point }).ended;
      assert.equal(killed.signal, 'SIGKILL', `${point}: ${killed.stderr}`);
    }
    assertEnded(await runProgram(['resume', run]), 0);
    assertClean(run, 14);
    assert.deepEqual(outcome(run), outcome(folderOf('others')));
  });

  it('takes over from all that it comes from what the run between has not taken over yet', async () => {
    const pictures = readFileSync(fileOf('first.txt'), 'utf8').trim().split('\n');
    writeFileSync(fileOf('few.txt'), pictures.slice(0, 3).join('\n'));
    assertEnded(await fork(base, 'few', [listOf('few.txt')], ['--until', 'stage=import']), 0);
    // In the current folder, as a shell completes it.
    const between = ['resume', folderOf('few'), '--fork', 'further', '--set', 'data.unlabeled.list=others.txt', '--until', 'stage=label'];
    const ended = await runProgram(between, join(folder, 'data'));
    assertEnded(ended, 0);
    assert.match(ended.stderr, /^unlabeled +14 +1$/m);
    assert.match(ended.stderr, /^round 0: its student and numbers are those of base; nothing is trained$/m);
    assert.match(ended.stderr, /^round 1: the labels of 10 of 14 pictures are those of base, 4 are labeled;/m);
    const run = folderOf('further');
    assert.equal(configOf(run).data.unlabeled?.list, fileOf('others.txt'));
    assert.deepEqual(takenOver(run), [
      'the student of round 0 is taken over from base: its training would be the same',
      'what the model of round 0 is worth is taken over from base',
      'the labels of 10 of 14 pictures are taken over from base',
    ]);
    assert.deepEqual(workedIn(run), { trained: [], labeled: [{ pictures: 4 }] });
  });

  it('leaves drawings behind whose category is another one now, and says so', async () => {
    const { folder: drawnOn } = await forkRun(base, { settings: (stored) => stored, data: 'as-imported' }, 'drawn-on', 'Ada');
    const db = openDatabase(join(drawnOn, 'selfpaste.db'), { mode: 'write' });
    const [image] = db.images.ofSubset('unlabeled');
    const categories = db.categories.all();
    const mask = rle.fromBox(image.size, { x1: 2, y1: 2, x2: 9, y2: 7 });
    const drawn = categories.map(({ id }) => ({ of: 'image', image: image.id, verdict: 'drawn', category: id, mask }) as const);
    db.verdicts.record(drawn, { who: 'Ada', why: '', subject: '', atMs: 1 });
    db.close();
    const [renamed, ...rest] = categories;
    for (const part of ['train_labeled', 'val']) {
      const labels = JSON.parse(readFileSync(fileOf(`${part}.json`), 'utf8'));
      const others = [{ id: renamed.id, name: 'another' }, ...rest.map(({ id, name }) => ({ id, name }))];
      writeFileSync(fileOf(`${part}-renamed.json`), JSON.stringify({ ...labels, categories: others }));
    }
    const set = ['labeled', 'validation'].map(
      (part, at) => `data.${part}.annotations=${fileOf(`${['train_labeled', 'val'][at]}-renamed.json`)}`,
    );
    const ended = await fork(drawnOn, 'renamed', set, ['--until', 'stage=import']);
    assertEnded(ended, 0);
    const left = `what people drew of categories that are not in these data stays behind: 1 of ${renamed.name}`;
    assert.ok(ended.stderr.includes(`\n${left}\n`), ended.stderr);
    assert.ok(notesOf(folderOf('renamed')).includes(left));
    const own = lookInto(folderOf('renamed'), (run) => rowsOf(run, "SELECT category_id AS id FROM verdicts WHERE verdict = 'drawn'"));
    assert.deepEqual(
      own,
      rest.map(({ id }) => ({ id })),
    );
  });

  it('takes the labels of a given teacher over, and its numbers', { skip }, async () => {
    const given = `teacher.model=${join(base, 'models/best.onnx')}`;
    const until = ['--until', 'stage=label'];
    // No student has a file yet.
    const rowsIn = (name: string) => SAME_ROWS.map((sql) => lookInto(folderOf(name), (db) => rowsOf(db, sql)));
    assertEnded(await fresh('given', [listOf('first.txt'), given], until), 0);
    assertEnded(await fresh('given-others', [listOf('others.txt'), given], until), 0);
    const ended = await fork(folderOf('given'), 'given-more', [listOf('others.txt')], until);
    assertEnded(ended, 0);
    assert.match(ended.stderr, /^round 0 takes the given teacher; its numbers are those of given$/m);
    assert.match(ended.stderr, /^round 1: the labels of 10 of 14 pictures are those of given, 4 are labeled;/m);
    assert.deepEqual(rowsIn('given-more'), rowsIn('given-others'));
    assert.deepEqual(takenOver(folderOf('given-more')), [
      'what the model of round 0 is worth is taken over from given',
      'the labels of 10 of 14 pictures are taken over from given',
    ]);
    assert.deepEqual(workedIn(folderOf('given-more')).labeled, [{ pictures: 4 }]);
  });

  it('makes nothing again where the data only moved', async () => {
    cpSync(join(folder, 'data'), join(folder, 'moved'), { recursive: true });
    const moved = (name: string): string => join(folder, 'moved', name);
    const ended = await fork(base, 'moved', [
      `data.labeled={ annotations: ${moved('train_labeled.json')}, images: ${moved('images')} }`,
      `data.validation={ annotations: ${moved('val.json')}, images: ${moved('images')} }`,
      `data.unlabeled={ images: ${moved('images')}, list: ${moved('first.txt')} }`,
    ]);
    assertEnded(ended, 0);
    const run = folderOf('moved');
    assert.deepEqual(workedIn(run), { trained: [], labeled: [{ pictures: 0 }] });
    assert.ok(hasParent(run));
    assertClean(run, 12);
    const [made, there] = [outcome(run), outcome(base)];
    const { images, ...rows } = made.rows;
    const { images: _, ...rowsThere } = there.rows;
    assert.deepEqual(rows, rowsThere);
    assert.ok(images.every((image) => (image as { readonly path: string }).path.startsWith(join(folder, 'moved'))));
    const models = ({ files }: typeof made) => Object.entries(files).filter(([name]) => name.endsWith('.onnx'));
    assert.deepEqual(models(made), models(there));
  });

  it('reads the data again where that is asked for: pictures that were added to the folder are labeled, and no others', async () => {
    const pictures = readFileSync(fileOf('unlabeled.txt'), 'utf8').trim().split('\n');
    const added = join(folder, 'growing');
    const add = (names: readonly string[]) => {
      for (const name of names) copyFileSync(join(fileOf('images'), name), join(added, name));
    };
    const until = ['--until', 'stage=label'];
    mkdirSync(added);
    add(pictures.slice(0, 12));
    assertEnded(await fork(base, 'growing', [`data.unlabeled={ images: ${added} }`], until), 0);
    const run = folderOf('growing');
    assert.deepEqual(workedIn(run), { trained: [], labeled: [{ pictures: 0 }] });

    add(pictures.slice(12, 15));
    const command = ['resume', run, '--read-data'];
    const noticed = await runProgram(['resume', run, ...until]);
    assert.ok(
      noticed.stderr.startsWith(
        `3 pictures were added to ${added} since the import: \`selfpaste ${command.join(' ')} --fork NAME\` takes them in\n`,
      ),
      noticed.stderr,
    );
    const refused = await runProgram(command);
    assertEnded(refused, 2);
    assert.match(refused.stderr, /^the data are read again, as their files are now$/m);
    assert.match(refused.stderr, /^unlabeled +15 +12$/m);
    const needsFork = (asked: string) =>
      `Expected settings and data with which the run can go on, got ${asked}: the import of the data is done, and stays as it is`;
    assert.ok(refused.stderr.includes(needsFork('data that are read again')), refused.stderr);
    await assert.rejects(changeSettings(run, { settings: (stored) => restoreConfig(stored, ['seed=6']), data: 'again' }, 'Ada'), {
      code: 'USAGE_SETTINGS_NEED_FORK',
      message: needsFork('another seed and data that are read again'),
      hint: 'go on in a new run with `--fork NAME`, which shares what is still valid, or leave that as it was',
    });

    const ended = await runProgram([...command, '--fork', 'grown', ...until]);
    assertEnded(ended, 0);
    const grown = folderOf('grown');
    assert.match(ended.stderr, /^round 1: the labels of 12 of 15 pictures are those of growing, 3 are labeled;/m);
    assert.deepEqual(workedIn(grown), { trained: [], labeled: [{ pictures: 3 }] });
    const diary = lookInto(grown, (db) => db.events.after(0, 1)).map(({ kind, data }) => [kind, (data as { data: string }).data]);
    assert.deepEqual(diary, [['run-forked', 'again']]);
  });

  it('trains and labels again where a human label changed, and says so before', { skip }, async () => {
    const relabeled = `data.labeled.annotations=${fileOf('relabeled.json')}`;
    const until = ['--until', 'round=0'];
    assertEnded(await fresh('relabeled', [listOf('first.txt'), relabeled], until), 0);
    const asked = await runProgram(['resume', base, ...setting([relabeled])]);
    assertEnded(asked, 2);
    assert.match(asked.stderr, /^round 0 is trained again: round 0 trains on other pictures or labels$/m);
    assert.match(asked.stderr, /^round 1: the labels of 0 of 12 pictures are those of base, 12 are labeled;/m);
    const run = folderOf('again');
    assertEnded(await fork(base, 'again', [relabeled], until), 0);
    assert.deepEqual(outcome(run), outcome(folderOf('relabeled')));
    assert.deepEqual([takenOver(run), workedIn(run).trained, hasParent(run)], [[], [0], false]);
  });
});
