import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import type { RunConfigInput } from '../../config/index.ts';
import { type Box, boxArea, type ImageId, type ModelId, rle, type Size, sha256 } from '../../core/index.ts';
import { writePng } from '../../dataset/index.ts';
import type { RunDatabase } from '../../db/index.ts';
import { Outcome } from '../../pseudo/index.ts';
import { catAndDog, writeTinyModel } from '../../test/contract/teacher-models.ts';
import type { RunEvent } from '../progress.ts';
import { runFolder } from '../run-folder.ts';
import { CAT, configWith, DOG, withDatabase } from '../test-data.ts';
import { evaluateStudent } from './evaluate-student.ts';
import type { StageContext } from './stage.ts';

const ROUND = 0;
const size: Size = { width: 16, height: 16 };
/** Where the model of these tests always sees a cat. */
const middle: Box = { x1: 4, y1: 4, x2: 12, y2: 12 };

interface Evaluated {
  readonly context: StageContext;
  readonly student: ModelId;
  readonly events: RunEvent[];
  /** Of pictures with a cat in the middle, with a crowd there, with nothing, and one that cannot be read. */
  readonly images: readonly ImageId[];
}

function withModel(teacher: NonNullable<RunConfigInput['teacher']>, use: (given: Evaluated) => Promise<void>): Promise<void> {
  return withDatabase(async (db, folder) => {
    const images = [await addPicture(db, folder, 1, 'cat'), await addPicture(db, folder, 2, 'crowd')];
    images.push(await addPicture(db, folder, 3, 'nothing'), await addPicture(db, folder, 4, 'nothing'));
    writeFileSync(join(folder, '4.png'), 'no picture any more');
    const path = writeTinyModel(join(folder, 'model.onnx'), catAndDog);
    const facts = { round: ROUND, role: 'given', path, sha256: sha256('a'.repeat(64)), contract: {}, createdAtMs: 1 } as const;
    const student = db.models.add(facts);
    db.rounds.start(ROUND, { stage: 'evaluate', teacher: null, startedAtMs: 1 });
    const events: RunEvent[] = [];
    const config = configWith({ teacher: { floor: 0.2, processes: 1, threads: 1, batch: 1, ...teacher } });
    const emit = (event: RunEvent) => events.push(event);
    const context = { db, config, folder: runFolder(folder), emit, stop: new AbortController().signal };
    await use({ context, student, events, images });
  });
}

async function addPicture(db: RunDatabase, folder: string, number: number, shows: 'cat' | 'crowd' | 'nothing'): Promise<ImageId> {
  const path = join(folder, `${number}.png`);
  await writePng(path, { size, data: new Uint8Array(3 * size.width * size.height).fill(number) });
  const hash = sha256(number.toString(16).padStart(64, '0'));
  const facts = { sha256: hash, path, fileName: `${number}.png`, size, orientation: 1, subset: 'validation', sourceId: number } as const;
  const added = db.images.add(facts);
  assert.equal(added.status, 'added');
  const truth = { category: CAT, box: middle, mask: rle.fromBox(size, middle), areaPx2: boxArea(middle), sourceId: null };
  if (shows !== 'nothing') db.groundTruths.add({ id: added.id, size }, [{ ...truth, crowd: shows === 'crowd' }]);
  return added.id;
}

const evaluate = ({ context, student }: Evaluated) => evaluateStudent(context, { round: ROUND, student });
const looks = (events: readonly RunEvent[]) => events.filter(({ kind }) => kind === 'progress').length;

test('a model is measured and calibrated by one look at each picture, and neither is done again', () =>
  withModel({}, async (given) => {
    const { context, student, events, images } = given;
    const first = await evaluate(given);
    assert.equal(looks(events), images.length);
    const sets = [...context.db.calibrations.ofModel(student)];
    assert.deepEqual(
      sets.map(({ image, outcomes, truths }) => [image, [...outcomes], [...truths]]),
      [
        [images[0], [Outcome.object, Outcome.noObject], [[CAT, 1]]],
        [images[1], [Outcome.crowd, Outcome.noObject], []],
        [images[2], [Outcome.noObject, Outcome.noObject], []],
      ],
    );
    const [{ candidates }] = sets;
    assert.deepEqual([...candidates.categories], [CAT, DOG]);
    assert.deepEqual([...candidates.maskStabilities], [0, 0], 'the logits of this model are 1 everywhere, and no more');
    assert.ok(Number.isNaN(candidates.flipAgreements[0]));
    const { maskAp, maskAp50, boxAp } = context.db.metrics.at(ROUND, 0);
    const classes = [
      { category: CAT, truths: 1, maskAp, maskAp50, boxAp },
      { category: DOG, truths: 0, maskAp: null, maskAp50: null, boxAp: null },
    ];
    assert.ok((maskAp50 as number) > 0);
    assert.deepEqual(context.db.classMetrics.at(ROUND, 0), classes, 'what is not defined is not 0');
    assert.deepEqual(await evaluate(given), first);
    assert.equal(looks(events), images.length);
    assert.deepEqual(context.db.classMetrics.at(ROUND, 0), classes);
  }));

test('a model that has its numbers from its training keeps them, and is calibrated', () =>
  withModel({}, async (given) => {
    const { context, student } = given;
    context.db.metrics.record(ROUND, 30, { maskAp: 0.125 });
    const { output, facts } = await evaluate(given);
    assert.deepEqual([output, facts], [0.125, { maskAp: 0.125, maskAp50: null, boxAp: null, step: 30 }]);
    assert.equal([...context.db.calibrations.ofModel(student)].length, 3);
  }));

test('where labeling looks twice, calibration does, and the numbers are still those of one look', () =>
  withModel({ testTime: { flip: true } }, async (given) => {
    const { context, student, events, images } = given;
    const { output } = await evaluate(given);
    assert.equal(looks(events), 2 * images.length);
    const [{ candidates }] = context.db.calibrations.ofModel(student);
    // The model says the same of the mirrored picture: the cat is in the middle, the dog at the other edge.
    assert.deepEqual([...candidates.categories], [CAT, DOG, DOG]);
    assert.deepEqual([...candidates.flipAgreements], [1, 0, 0]);
    await withModel({}, async (single) => assert.equal((await evaluate(single)).output, output));
  }));
