/** What `plan` says of a run whose first teacher is a given ONNX model, held against that run. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { RunDatabase } from '../db/index.ts';
import type { RunPlan } from '../pipeline/index.ts';
import { writeRedModel } from './red-model.ts';
import { assertEnded, lookInto, makeScenes, programJson, runProgram, SMALL, withFolder, writeConfig } from './small-run.ts';

/** A teacher that knows the data's classes, and sees one object on each picture. */
function writeTeacher(folder: string): string {
  const { categories } = JSON.parse(readFileSync(join(folder, 'data/train_labeled.json'), 'utf8')) as {
    readonly categories: readonly { readonly name: string }[];
  };
  const names = categories.map(({ name }) => name);
  return writeRedModel(join(folder, 'red.onnx'), names);
}

/** What of a plan can be counted in the run. */
const countsOf = ({ images, donors, categories, leftOut, rounds, backend }: RunPlan) => ({
  images,
  donors,
  categories,
  leftOut,
  backend: backend.name,
  rounds: rounds.map(({ round, stages, teacher, evaluated }) => ({ round, stages: [...stages].sort(), teacher, evaluated })),
});

/** That its trainers said. */
function backendOf(db: RunDatabase): string | undefined {
  const event = db.events.latestOf('backend');
  return event && (event.data as { readonly name: string }).name;
}

/** The same of a run. */
function counted(db: RunDatabase) {
  const roleOf = (id: Parameters<typeof db.models.byId>[0] | null) => (id === null ? null : (db.models.byId(id)?.role ?? null));
  const stages = db.stageTimes.all();
  return {
    images: db.images.count(),
    donors: db.groundTruths.countDonors(),
    categories: db.categories.all().length,
    leftOut: db.quarantine.countByReason(),
    backend: backendOf(db),
    rounds: db.rounds.all().map(({ index, teacher, student }) => ({
      round: index,
      stages: stages.flatMap(({ round, stage }) => (round === index ? [stage] : [])).sort(),
      teacher: roleOf(teacher),
      evaluated: roleOf(student),
    })),
  };
}

test('a run with a given teacher has the pictures, the rounds and the stages that its plan says', () =>
  withFolder(async (folder) => {
    await makeScenes(folder);
    const model = writeTeacher(folder);
    const train = { ...SMALL.train, steps: 6, checkpointSteps: 3 };
    const config = writeConfig(folder, { ...SMALL, rounds: 2, teacher: { ...SMALL.teacher, model }, train });
    const plan = await programJson<RunPlan>(['plan', '-c', config, '--json']);
    assert.ok(!existsSync(join(folder, 'runs')));
    assertEnded(await runProgram(['run', '-c', config, '--json']), 0);
    lookInto(plan.folder, (db) => {
      assert.deepEqual(countsOf(plan), counted(db));
      assert.equal(db.labeling.counts(1).done, plan.images.unlabeled);
      // The teacher sees one object on a picture, or none.
      const seen = plan.measured?.speeds.given?.labeling.predictionsPerPicture ?? 0;
      assert.ok(seen > 0 && seen <= 1, `${seen} predictions a picture`);
    });
    assert.deepEqual(
      plan.rounds.map(({ stages, teacher }) => [stages[0], stages[1], teacher]),
      [
        ['import', 'adopt', null],
        ['label', 'select', 'given'],
        ['label', 'select', 'student'],
      ],
    );
    assert.ok(plan.disk.modelBytes > statSync(model).size);
    assertStagesTimed(plan);
    await assertRefused(config, plan.folder);
  }));

/** Each stage of each round, and no other. */
function assertStagesTimed({ measured, rounds }: RunPlan): void {
  const planned = measured?.time.rounds.map(({ round, stageMs }) => [round, Object.keys(stageMs).sort()]);
  assert.deepEqual(
    planned,
    rounds.map(({ round, stages }) => [round, [...stages].sort()]),
  );
}

/** As the run would be. */
async function assertRefused(config: string, run: string): Promise<void> {
  const { code, stderr } = await runProgram(['run', '--dry-run', '-c', config, '--json']);
  assert.equal(code, 2);
  const { error } = JSON.parse(stderr) as { error: { code: string; message: string; hint: string } };
  assert.equal(error.code, 'DATA_DATABASE_EXISTS');
  assert.match(error.message, /got one in stage \w+ of round 2$/);
  assert.equal(error.hint, `go on with it by \`selfpaste resume ${run}\`, or choose another name with --set name=NAME`);
}
