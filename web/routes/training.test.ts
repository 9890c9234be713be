import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { boxArea, type ErrorFacts, intersectBoxes, rle } from '../../core/index.ts';
import { decodeImage } from '../../dataset/index.ts';
import { runFolder, trainingPicturesOfRun } from '../../pipeline/index.ts';
import { beginTraining, HOSTILE, STEPS_DONE } from '../../test/begun-training.ts';
import { twoRounds } from '../../test/two-rounds.ts';
import { runApp } from '../app.ts';
import type { SeenPicture, TrainedRounds } from '../contract/training.ts';
import { openSite } from '../site.ts';

type Refusal = { readonly error: Pick<ErrorFacts, 'code' | 'message' | 'hint'> };

async function scene(t: TestContext) {
  const begun = await beginTraining(t);
  const site = openSite(begun.folder);
  t.after(() => site.close());
  const app = runApp(site, { names: new Set(['localhost']), token: 'secret', forEverything: false });
  const get = (address: string, headers: Readonly<Record<string, string>> = {}) =>
    app.request(address, { headers: { host: 'localhost', ...headers } });
  const ask = async <Answer>(address: string) => (await (await get(address)).json()) as Answer;
  return { ...begun, get, ask };
}

const SLOTS = Array.from({ length: 12 * 3 }, (_, number) => [Math.floor(number / 3), number % 3] as const);

test('pixels and labels are those of the replay, byte for byte', async (t) => {
  const { ask, get, db, folder } = await scene(t);
  const replay = await trainingPicturesOfRun(db, folder, 1);
  for (const [step, slot] of SLOTS.slice(0, 9)) {
    const seen = await ask<SeenPicture>(`/api/training/1/${step}/${slot}`);
    const { picture, plan } = await replay.at(step, slot);
    assert.equal(seen.sha256, createHash('sha256').update(picture.image.data).digest('hex'));
    const sent = await get(seen.picture);
    assert.deepEqual(
      [sent.headers.get('content-type'), sent.headers.get('cache-control')],
      ['image/png', 'private, max-age=31536000, immutable'],
    );
    assert.deepEqual((await decodeSent(folder, await sent.arrayBuffer())).data, picture.image.data);
    const learned = seen.objects.filter(({ dropped }) => dropped === null);
    assert.deepEqual(
      learned.map(({ box, mask, pasted, classIndex, source }) => ({
        classIndex,
        source,
        pasted,
        box,
        mask: rle.fromString(seen.size, mask),
      })),
      picture.instances,
    );
    assert.deepEqual([seen.main.placement, seen.stream], [plan.main.placement, plan.main.stream]);
    assert.deepEqual(seen.donor?.placement, plan.donor?.placement);
  }
});

async function decodeSent(folder: string, bytes: ArrayBuffer) {
  const file = join(folder, 'sent.png');
  writeFileSync(file, Buffer.from(bytes));
  return await decodeImage(file);
}

test('every object is there once: learned, or dropped with its reason and place; file names are text', async (t) => {
  const { ask, labeled, unlabeled } = await scene(t);
  const found = new Map<string, number>();
  for (const [step, slot] of SLOTS) {
    const seen = await ask<SeenPicture>(`/api/training/1/${step}/${slot}`);
    assert.equal(seen.objects.filter(({ pasted }) => !pasted).length, 3);
    assert.equal(new Set(seen.objects.map(({ name }) => name)).size, seen.objects.length);
    assert.equal(seen.main.image === unlabeled.id, seen.stream === 'pseudo');
    assert.equal(seen.main.image === labeled[0]?.id, seen.main.fileName === HOSTILE);
    assert.ok(seen.donor === null || labeled.some(({ id }) => id === seen.donor?.image), 'a donor is human-labeled');
    const canvas = { x1: 0, y1: 0, x2: seen.size.width, y2: seen.size.height };
    for (const { dropped, box, areaPx2 } of seen.objects) {
      found.set(dropped ?? 'learned', (found.get(dropped ?? 'learned') ?? 0) + 1);
      if (dropped === 'outside') assert.deepEqual([boxArea(intersectBoxes(box, canvas)), areaPx2], [0, 0]);
      if (dropped === 'occluded') assert.ok(areaPx2 >= 4 && boxArea(intersectBoxes(box, canvas)) > 0);
      if (dropped === 'too-small') assert.ok(areaPx2 < 4);
    }
  }
  for (const kind of ['learned', 'outside', 'occluded', 'too-small']) assert.ok((found.get(kind) ?? 0) > 0, `none is ${kind}`);
});

test('what nobody trained on, and what is not as it was, is said', async (t) => {
  const { get, folder, labeled, db } = await scene(t);
  const refusal = async (address: string) => {
    const response = await get(address);
    return { status: response.status, ...((await response.json()) as Refusal).error };
  };
  assert.deepEqual(await refusal('/api/training?round=0'), {
    status: 400,
    code: 'USAGE_NOT_TRAINED',
    message: 'Expected a round that has begun to train (1) for round, got "0" (string)',
    hint: 'choose another round, or wait until this one trains; round 0 never does where its teacher was given',
  });
  for (const [address, message] of [
    ['/api/training/1/12/0', 'Expected a step below 12 and a slot below 3 for --step and --slot, got "12, 0" (string)'],
    ['/api/training/1/0/3', 'Expected a step below 12 and a slot below 3 for --step and --slot, got "0, 3" (string)'],
    ['/api/training/1/-1/0', 'Expected a whole number from 0 on for step, got "-1" (string)'],
    ['/api/training/1/0/%2e%2e%2f', 'Expected a whole number from 0 on for slot, got "../" (string)'],
  ]) {
    const told = await refusal(address as string);
    assert.deepEqual([told.status, told.code, told.message], [400, 'USAGE_NO_SAMPLE', message]);
  }
  const replay = await trainingPicturesOfRun(db, folder, 1);
  const [step, slot] = await sampleOf(replay, labeled[0]?.path as string);
  writeFileSync(labeled[0]?.path as string, Buffer.concat([readFileSync(labeled[0]?.path as string), Buffer.of(0)]));
  const changed = await refusal(`/api/training/1/${step}/${slot}`);
  assert.deepEqual([changed.status, changed.code], [503, 'DATA_CHANGED_PICTURE']);
  assert.match(changed.hint, /^put the file back/);
});

/** A sample with a picture underneath. */
async function sampleOf(replay: Awaited<ReturnType<typeof trainingPicturesOfRun>>, path: string): Promise<readonly [number, number]> {
  for (const [step, slot] of SLOTS) if ((await replay.at(step, slot)).files.main === path) return [step, slot];
  throw new Error(`no sample shows ${path}`);
}

test('the round that trains, how far it is and how its pictures are made; trained anew, what it trains on now', async (t) => {
  const { ask, folder } = await scene(t);
  const { rounds, shown } = await ask<TrainedRounds>('/api/training');
  assert.deepEqual(rounds, [1]);
  assert.deepEqual([shown?.round, shown?.steps, shown?.batchSize, shown?.stepsDone, shown?.isOver], [1, 12, 3, STEPS_DONE, false]);
  assert.deepEqual(shown?.recipe.occlusion, { kind: 'relative', minVisibleFraction: 0.6 });
  assert.deepEqual(await ask<TrainedRounds>('/api/training?round=1'), { rounds, shown });
  assert.deepEqual(shown?.classNames, ['cat', '</td><b>dog']);
  const file = runFolder(folder).trainingSet(1);
  writeFileSync(file, readFileSync(file, 'utf8').replace('"cat"', '"tomcat"'));
  assert.equal((await ask<TrainedRounds>('/api/training')).shown?.classNames[0], 'tomcat');
});

test('where no round has begun to train, there is nothing to show yet', async (t) => {
  const { ask } = twoRounds(t);
  assert.deepEqual((await ask<TrainedRounds>('/api/training')).answer, { rounds: [], shown: null });
});
