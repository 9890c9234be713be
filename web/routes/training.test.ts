import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Worker } from 'node:worker_threads';
import { type Box, boxArea, type ErrorFacts, intersectBoxes, modelId, rle } from '../../core/index.ts';
import { decodeImage, makeFolders } from '../../dataset/index.ts';
import { T0 } from '../../db/test-database.ts';
import { runFolder, trainingPicturesOfRun } from '../../pipeline/index.ts';
import { beginTraining, HOSTILE, reverseLabeled, STEPS_DONE } from '../../test/begun-training.ts';
import { twoRounds } from '../../test/two-rounds.ts';
import { runApp } from '../app.ts';
import type { SeenObject, SeenPicture, TrainedRounds } from '../contract/training.ts';
import { openSite } from '../site.ts';

type Refusal = { readonly error: Pick<ErrorFacts, 'code' | 'message' | 'hint'> };

async function scene(t: TestContext) {
  const begun = await beginTraining(t);
  const site = openSite(begun.folder);
  t.after(() => site.close());
  const app = runApp(site, { names: new Set(['localhost']), token: 'secret', forEverything: false });
  const get = (address: string, headers: Readonly<Record<string, string>> = {}, signal: AbortSignal | null = null) =>
    app.request(address, { headers: { host: 'localhost', ...headers }, signal });
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
    const { pathname } = new URL(seen.picture, 'http://localhost');
    assert.equal((await get(pathname)).headers.get('cache-control'), 'private, no-cache', 'an address without a hash may get other pixels');
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
    for (const object of seen.objects) {
      const kind = object.dropped ?? 'learned';
      found.set(kind, (found.get(kind) ?? 0) + 1);
      assertLies(object, { x1: 0, y1: 0, x2: seen.size.width, y2: seen.size.height });
    }
  }
  for (const kind of ['learned', 'outside', 'occluded', 'too-small']) assert.ok((found.get(kind) ?? 0) > 0, `none is ${kind}`);
});

/** The scene's recipe wants 4 px and 60 % of an object to be seen. */
function assertLies({ dropped, occlusion, box, areaPx2 }: SeenObject, canvas: Box): void {
  if (dropped === 'outside') assert.deepEqual([boxArea(intersectBoxes(box, canvas)), areaPx2], [0, 0]);
  if (dropped === 'occluded') assert.ok(areaPx2 >= 4 && boxArea(intersectBoxes(box, canvas)) > 0);
  if (dropped === 'too-small') assert.ok(areaPx2 < 4);
  assert.equal(occlusion !== null, dropped === 'occluded');
  if (occlusion?.cause === 'share') assert.ok(occlusion.visiblePx2 >= 4 && occlusion.visiblePx2 < 0.6 * areaPx2);
}

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

test('pixels are not given for those of another training', async (t) => {
  const { get, ask, folder } = await scene(t);
  const { picture, sha256 } = await ask<SeenPicture>('/api/training/1/0/0');
  const refused = await get('/api/training/1/0/0/picture?content=dead');
  assert.deepEqual([refused.status, refused.headers.get('cache-control')?.includes('immutable') ?? false], [409, false]);
  assert.deepEqual(((await refused.json()) as Refusal).error, {
    code: 'USAGE_OTHER_PIXELS',
    message: `Expected the SHA-256 of the pixels that are there now (${sha256}) for content, got "dead" (string)`,
    hint: 'ask for the sample again: its round was trained anew, and its answer has the address of its picture',
  });
  await reverseLabeled(runFolder(folder).trainingSet(1));
  assert.equal((await get(picture)).status, 409);
});

test('a set that is written anew has another name', async (t) => {
  const { ask, folder } = await scene(t);
  const setOf = async () => (await ask<TrainedRounds>('/api/training')).shown?.set;
  const before = await setOf();
  assert.equal(await setOf(), before);
  await reverseLabeled(runFolder(folder).trainingSet(1));
  assert.notEqual(await setOf(), before);
});

test('however many ask in turn, two rounds are open at most, and one has ended before another opens', async (t) => {
  const { get, db, folder } = await scene(t);
  const { trainingSet, initialStudent } = runFolder(folder);
  for (const round of [2, 3]) {
    db.rounds.start(round, { stage: 'train', teacher: modelId(1), startedAtMs: T0 });
    makeFolders(dirname(trainingSet(round)));
    makeFolders(dirname(initialStudent(round)));
    copyFileSync(trainingSet(1), trainingSet(round));
    copyFileSync(initialStudent(1), initialStudent(round));
  }
  const threads = threadsOf(t);
  const addresses = Array.from({ length: 12 }, (_, at) => [`/api/training?round=${1 + (at % 3)}`, `/api/training/${1 + (at % 3)}/${at}/0`]);
  const answers = await Promise.all(addresses.flat().map((address) => get(address)));
  for (const answer of answers) assert.equal(answer.status, 200, await answer.text());
  assert.equal(threads.most, 2);
});

test('what nobody waits for any more is not drawn', async (t) => {
  const { get } = await scene(t);
  const threads = threadsOf(t);
  const asked = new AbortController();
  const left = SLOTS.map(([step, slot]) => get(`/api/training/1/${step}/${slot}`, {}, asked.signal));
  asked.abort();
  await Promise.all(left);
  assert.equal((await get('/api/training/1/5/1')).status, 200);
  // The two that were under way, and the last.
  assert.ok(threads.drawn <= 3, `${threads.drawn} were drawn`);
});

test('two pictures are drawn at once, whoever asks', async (t) => {
  const { get } = await scene(t);
  const threads = threadsOf(t);
  await get('/api/training');
  const answers = await Promise.all(SLOTS.map(([step, slot]) => get(`/api/training/1/${step}/${slot}`)));
  assert.ok(answers.every(({ status }) => status === 200));
  assert.deepEqual([threads.drawn, threads.mostDrawing], [SLOTS.length, 2]);
});

/** What the program's threads did since: how many were there at once, and how many pictures they drew, and at once. */
function threadsOf(t: TestContext) {
  const seen = { alive: 0, most: 0, drawing: 0, mostDrawing: 0, drawn: 0 };
  const watch = (thread: Worker) => {
    seen.most = Math.max(seen.most, ++seen.alive);
    thread.on('exit', () => seen.alive--);
    const post = thread.postMessage.bind(thread);
    thread.postMessage = (message: { readonly sample: unknown }) => {
      if (message.sample !== null) seen.mostDrawing = Math.max(seen.mostDrawing, ++seen.drawing);
      post(message);
    };
    thread.on('message', ({ kind }: { readonly kind: string }) => {
      if (kind === 'recipe') return;
      seen.drawing--;
      seen.drawn++;
    });
  };
  process.on('worker', watch);
  t.after(() => process.off('worker', watch));
  return seen;
}

test('where no round has begun to train, there is nothing to show yet', async (t) => {
  const { ask } = twoRounds(t);
  assert.deepEqual((await ask<TrainedRounds>('/api/training')).answer, { rounds: [], shown: null });
});
