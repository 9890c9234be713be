import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { openSampleStream } from '../augment/index.ts';
import type { ListPage } from '../cli/commands/labels/list.ts';
import { decodeImage } from '../dataset/index.ts';
import type { LabelStats, MetricPoint } from '../db/index.ts';
import type { EvaluationPair } from '../eval/index.ts';
import { type MeasuredClasses, type MeasuredReport, recipeOf, runConfigOf, runFolder, specOfFile } from '../pipeline/index.ts';
import { openTeacher } from '../teacher/index.ts';
import { programThread } from './program-threads.ts';
import { assertEnded, type Ended, lookInto, makeScenes, programJson, rowsOf, runProgram, SCENES, SMALL, writeConfig } from './small-run.ts';

const ROUNDS = 2;
/** Just long enough for a student that finds something, so that figures that shall agree are not all zero. */
const CONFIG = {
  ...SMALL,
  rounds: ROUNDS,
  student: { ...SMALL.student, init: 'teacher' },
  train: { ...SMALL.train, steps: 30, batchSize: 4, learningRate: 0.005, emaDecay: 0.5 },
};

interface Counted {
  readonly n: number;
}

describe('a run from beginning to end', () => {
  const folder = mkdtempSync(join(tmpdir(), 'selfpaste-run-'));
  const run = join(folder, 'runs/small');
  const program = programThread();
  let ended: Ended;

  before(async () => {
    await makeScenes(folder);
    ended = await runProgram(['run', '-c', writeConfig(folder, CONFIG)]);
  });
  after(async () => {
    await program.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const count = (sql: string): number => lookInto(run, (db) => (rowsOf(db, `SELECT count(*) AS n ${sql}`) as Counted[])[0].n);
  const all = <Row>(sql: string): Row[] => lookInto(run, (db) => rowsOf(db, sql) as Row[]);

  it('ends with 0, facts on stdout and the story on stderr', () => {
    assertEnded(ended, 0);
    assert.match(ended.stdout, /run small: finished/);
    assert.match(ended.stdout, /best model: .*best\.onnx/);
    assert.match(ended.stderr, /^run in .*small: seed 5, configHash [0-9a-f]{12}$/m);
    assert.match(ended.stderr, /^round 1 label {4}done in .*labeled 16, failed 0/m);
    assert.match(ended.stderr, /^finished: rounds 2, metric maskAp, best 0\.\d{4}$/m);
  });

  it('keeps the whole data set, and human labels only where humans labeled', () => {
    const { images, donors } = lookInto(run, (db) => ({ images: db.images.count(), donors: db.groundTruths.countDonors() }));
    assert.deepEqual(images, { labeled: SCENES.labeled, validation: SCENES.validation, unlabeled: SCENES.unlabeled });
    const file = JSON.parse(readFileSync(join(folder, 'data/train_labeled.json'), 'utf8'));
    assert.equal(donors, file.annotations.length);
    assert.equal(count("FROM ground_truths t JOIN images i ON i.id = t.image_id WHERE i.subset = 'unlabeled'"), 0);
  });

  it('labels every unlabeled picture exactly once a round, and freezes what became of each prediction', () => {
    for (const round of [1, 2]) {
      assert.equal(count(`FROM label_attempts WHERE round = ${round} AND status = 'done'`), SCENES.unlabeled);
      const predictions = count(`FROM predictions WHERE round = ${round}`);
      assert.ok(predictions > 0);
      assert.equal(count(`FROM pseudo_labels WHERE round = ${round}`), predictions);
      assert.ok(count(`FROM pseudo_labels WHERE round = ${round} AND status = 'kept'`) > 0);
    }
    assert.equal(count('FROM label_attempts WHERE round = 0'), 0);
    assert.deepEqual(
      all('SELECT idx, frozen_at_ms IS NOT NULL AS frozen, promoted FROM rounds ORDER BY idx'),
      [0, 1, 2].map((idx) => ({ idx, frozen: idx === 0 ? 0 : 1, promoted: 1 })),
    );
  });

  it('draws any picture that it was trained on again, byte for byte', async () => {
    const [round, step, slot] = [1, 7, 2];
    const args = ['augment', 'replay', run, '--round', `${round}`, '--step', `${step}`, '--slot', `${slot}`];
    const png = join(folder, 'replay.png');
    const replayed = await programJson<{ sha256: string; instances: object[]; ignored: object[] }>([...args, '--out', png, '--json']);
    const { trainingSet, initialStudent } = runFolder(run);
    const recipe = recipeOf(
      lookInto(run, (db) => runConfigOf(db, run)),
      await specOfFile(initialStudent(round)),
    );
    const { seed, train } = CONFIG;
    const stream = openSampleStream({
      trainingSetFile: trainingSet(round),
      seed: seed as number,
      round,
      recipe,
      batchSize: train.batchSize,
      firstStep: step,
      workers: 1,
      lookahead: 1,
    });
    const sample = (await stream.next()).samples[slot];
    await stream.close();
    assert.equal(replayed.sha256, createHash('sha256').update(sample.image.data).digest('hex'));
    assert.deepEqual((await decodeImage(png)).data, sample.image.data);
    assert.equal(replayed.instances.length, sample.instances.length);
    assert.equal(replayed.ignored.length, sample.ignored.length);
    const none = await runProgram(['augment', 'replay', run, '--round', '3', '--step', '0', '--slot', '0']);
    assert.equal(none.code, 2);
    assert.match(none.stderr, /Expected a round that has begun to train \(0, 1, 2\) for --round, got 3 \(number\)/);
    const late = await runProgram(['augment', 'replay', run, '--round', '0', '--step', '30', '--slot', '0']);
    assert.match(late.stderr, /Expected a step below 30 and a slot below 4 for --step and --slot, got "30, 0" \(string\)/);
  });

  it('does not draw a picture again whose file has changed', async () => {
    const args = ['augment', 'replay', run, '--round', '0', '--step', '0', '--slot', '0', '--out', join(folder, 'replay.png'), '--json'];
    const { files } = await programJson<{ files: { main: string } }>(args);
    const content = readFileSync(files.main);
    writeFileSync(files.main, Buffer.concat([content, Buffer.from([0])]));
    const changed = await runProgram(args);
    writeFileSync(files.main, content);
    assert.equal(changed.code, 2);
    assert.match(changed.stderr, /DATA_CHANGED_PICTURE.*as it was when it was imported, but its content is another/);
  });

  it('preview takes a run or a configuration, and says so', async () => {
    const both = await runProgram(['augment', 'preview', run, '-c', join(folder, 'selfpaste.yaml')]);
    assert.match(both.stderr, /Expected a run with its round, or a configuration, got RUN, --round and -c together/);
    const alone = await runProgram(['augment', 'preview', run, '--set', 'seed=3']);
    assert.match(alone.stderr, /Expected -c FILE with --set, got --set alone/);
    assert.deepEqual([both.code, alone.code], [2, 2]);
  });

  it('shows what it trained on, and what a configuration would', async () => {
    const sheet = join(folder, 'sheet.png');
    const shown = await programJson<{ round: number; samples: { plan: { step: number } }[] }>([
      ...['augment', 'preview', run, '--count', '6', '--step', '3', '--out', sheet, '--json'],
    ]);
    assert.equal(shown.round, ROUNDS);
    assert.deepEqual(
      shown.samples.map(({ plan }) => plan.step),
      [3, 3, 3, 3, 4, 4],
    );
    assert.ok(existsSync(sheet));
    const text = await runProgram(['augment', 'preview', '-c', writeConfig(folder, CONFIG), '--out', sheet, '--count', '2']);
    assertEnded(text, 0);
    assert.match(text.stdout, /\(labeled\)/);
    assert.match(text.stdout, /sheet\.png: 2 training pictures of round 0/);
  });

  it('hands each round its teacher: the student of the round before', () => {
    const rounds = all<{ teacher: number | null; student: number }>(
      'SELECT teacher_model_id AS teacher, student_model_id AS student FROM rounds ORDER BY idx',
    );
    assert.deepEqual(
      rounds.map(({ teacher }) => teacher),
      [null, rounds[0].student, rounds[1].student],
    );
    assert.equal(count('FROM predictions p JOIN rounds r ON r.idx = p.round WHERE p.model_id <> r.teacher_model_id'), 0);
  });

  it('registers students that ONNX Runtime runs', async () => {
    const models = lookInto(run, (db) => db.models.all());
    assert.equal(models.length, ROUNDS + 1);
    const picture = await decodeImage(join(folder, 'data/images/000001.jpg'));
    for (const { path, role } of models) {
      assert.equal(role, 'student');
      const teacher = await openTeacher(join(run, path), { floor: 0.0005, nmsIou: 0.7, maxDetections: 5, threads: 1 });
      assert.ok((await teacher.detect(picture)).length <= 5);
      await teacher.close();
    }
    assert.deepEqual(readFileSync(join(run, 'models/best.onnx')), readFileSync(join(run, models.at(-1)?.path as string)));
  });

  it('records metrics, losses, stage times and the backend of each round', () => {
    for (const round of [0, 1, 2]) {
      const metrics = lookInto(run, (db) => db.metrics.latest(round));
      for (const name of ['maskAp', 'maskAp50', 'maskAp75', 'boxAp', 'boxAr100', 'loss', 'classLoss', 'stepMs'])
        assert.equal(typeof metrics[name], 'number', `${name} of round ${round}`);
      assert.equal(count(`FROM events WHERE kind = 'backend' AND round = ${round} AND json_extract(data, '$.threads') = 1`), 1);
    }
    const stages = all<{ stage: string }>('SELECT stage FROM stage_times ORDER BY started_at_ms, round').map(({ stage }) => stage);
    const later = ['label', 'select', 'train', 'evaluate', 'promote'];
    assert.deepEqual(stages.sort(), ['import', 'train', 'evaluate', 'promote', ...later, ...later].sort());
  });

  it('status --json agrees with the database', async () => {
    const status = await program.json<MeasuredReport>(['status', run, '--json']);
    assert.equal(status.folder, run);
    assert.equal(status.owner, null);
    assert.equal(status.run?.seed, 5);
    assert.equal(status.rounds.length, ROUNDS + 1);
    assert.equal(status.rounds[2].labeling.done, SCENES.unlabeled);
    assert.equal(status.rounds[2].selection.kept, count("FROM pseudo_labels WHERE round = 2 AND status = 'kept'"));
    const { round, step, classes } = status.classes as MeasuredClasses;
    assert.deepEqual([round, step], [2, status.rounds[2].validations[0].step]);
    const rows = all(
      `SELECT category_id AS category, truths, mask_ap AS maskAp, mask_ap50 AS maskAp50, box_ap AS boxAp, name
       FROM class_metrics JOIN categories c ON c.id = category_id WHERE round = ${round} AND step = ${step} ORDER BY class_index`,
    );
    assert.deepEqual(classes, rows);
    assert.equal(
      classes.reduce((sum, { truths }) => sum + truths, 0),
      count("FROM ground_truths t JOIN images i ON i.id = t.image_id WHERE i.subset = 'validation' AND t.crowd = 0"),
    );
  });

  it('labels stats, list, show and export --json agree with the database', async () => {
    const stats = await program.json<LabelStats>(['labels', 'stats', run, '--json']);
    assert.equal(stats.round, 2);
    const predictions = stats.categories.reduce((sum, category) => sum + category.predictions, 0);
    assert.equal(predictions, count('FROM predictions WHERE round = 2'));

    const kept = ['labels', 'list', run, '--round', '1', '--status', 'kept', '--limit', '1000', '--json'];
    const { labels: lines } = await program.json<ListPage>(kept);
    assert.equal(lines.length, count("FROM pseudo_labels WHERE round = 1 AND status = 'kept'"));
    assert.deepEqual(
      lines.map(({ score }) => score),
      lines.map(({ score }) => score).sort((a, b) => b - a),
    );

    const drawn = join(folder, 'drawn.png');
    const shown = await program.json<{ prediction: { id: number; score: number; mask: { counts: string } } }>([
      'labels',
      'show',
      String(lines[0].id),
      run,
      '--png',
      drawn,
      '--json',
    ]);
    assert.equal(shown.prediction.score, lines[0].score);
    assert.deepEqual(all(`SELECT rle FROM predictions WHERE id = ${lines[0].id}`), [{ rle: shown.prediction.mask.counts }]);
    assert.ok((await decodeImage(drawn)).size.width > 0);

    const out = join(folder, 'export.json');
    const facts = await program.json<{ labels: number }>(['labels', 'export', run, '--round', '1', '--out', out, '--json']);
    assert.equal(facts.labels, lines.length);
    assert.equal(JSON.parse(readFileSync(out, 'utf8')).annotations.length, lines.length);
  });

  it('lists page by page without a gap', async () => {
    const page = (...more: string[]) => program.json<ListPage>(['labels', 'list', run, '--order', 'image', '--json', ...more]);
    const first = await page('--limit', '7');
    const second = await page('--limit', '7', '--after', first.next as string);
    const both = await page('--limit', '14');
    assert.deepEqual([...first.labels, ...second.labels], both.labels);
  });

  it('measures predictions with eval as the run measured its student', async () => {
    const [gt, images, dt] = [join(folder, 'data/val.json'), join(folder, 'data/images'), join(folder, 'dt.json')];
    const model = join(
      run,
      lookInto(run, (db) => db.models.all().at(-1)?.path as string),
    );
    const settings = ['--score', '0.0005', '--max-detections', '20', '--threads', '1'];
    await programJson(['predict', model, '--gt', gt, '--images', images, '--out', dt, '--json', ...settings]);
    const pair = await programJson<EvaluationPair>(['eval', '--gt', gt, '--dt', dt, '--json']);
    const { maskAp, boxAp } = lookInto(run, (db) => db.metrics.latest(2));
    assert.deepEqual([pair.mask.ap, pair.box.ap], [maskAp, boxAp]);
    assert.ok((pair.box.ap as number) > 0);
    const { step } = lookInto(run, (db) => db.metrics.curve(2, 'maskAp').at(-1)) as MetricPoint;
    assert.deepEqual(
      lookInto(run, (db) => db.classMetrics.at(2, step)),
      pair.mask.perCategory.map(({ category, truths, ap, ap50 }, at) => {
        return { category, truths, maskAp: ap, maskAp50: ap50, boxAp: pair.box.perCategory[at].ap };
      }),
    );
  });

  it('does nothing more when it is resumed, and says so', async () => {
    const rows = count('FROM stage_times');
    assertEnded(await runProgram(['resume', run]), 0);
    assert.equal(count('FROM stage_times'), rows);
  });

  it('is not started a second time over what it made', async () => {
    const again = await runProgram(['run', '-c', join(folder, 'selfpaste.yaml')]);
    assertEnded(again, 2);
    assert.match(again.stderr, /\[DATA_DATABASE_EXISTS\]/);
    assert.ok(existsSync(join(run, 'models/best.onnx')));
  });
});
