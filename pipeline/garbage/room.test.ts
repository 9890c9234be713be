import assert from 'node:assert/strict';
import { rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { RunConfigInput } from '../../config/index.ts';
import { runFolder } from '../run-folder.ts';
import type { StageContext } from '../stages/stage.ts';
import { configWith, withDatabase } from '../test-data.ts';
import { requireRoom } from './room.ts';
import { runFiles } from './run-files.ts';
import { fillRunFolder, NEEDED } from './test-run-folder.ts';

const MB = 1e6;
/** No disk has so much free. */
const ENDLESS_MB = 1e12;

function withRun(disk: RunConfigInput['disk'], use: (context: StageContext, notes: readonly string[]) => Promise<void>): Promise<void> {
  return withDatabase((db, path) => {
    const notes: string[] = [];
    fillRunFolder(db);
    return use(
      {
        ...{ db, folder: runFolder(path), config: configWith({ disk }), stop: new AbortController().signal },
        emit: (event) => event.kind === 'note' && notes.push(event.text),
      },
      notes,
    );
  });
}

/** Sizes without bytes: a run's folder looks larger than it is. */
const enlarge = ({ folder }: StageContext, file: string, mb: number): void => truncateSync(join(folder.path, file), mb * MB);

describe('room on the disk', () => {
  it('within the budget nothing goes but the checkpoints of rounds that are finished', () =>
    withRun({ budgetMb: 100, minFreeMb: 0 }, async (context, notes) => {
      await requireRoom(context);
      const paths = (await runFiles(context.folder.path)).map(({ path }) => path);
      assert.ok(paths.includes('models/round-0-interim.onnx'));
      assert.ok(!paths.includes('checkpoints/round-0/step-0000200.checkpoint'));
      assert.deepEqual(notes, []);
    }));

  it('above it what the run does not need goes, with a note', () =>
    withRun({ budgetMb: 20, minFreeMb: 0 }, async (context, notes) => {
      enlarge(context, 'models/round-0-step-100.onnx', 30);
      await requireRoom(context);
      const paths = new Set((await runFiles(context.folder.path)).map(({ path }) => path));
      assert.deepEqual(
        NEEDED.filter((path) => !paths.has(path)),
        [],
      );
      assert.deepEqual(notes, ['disk.budgetMb is reached: 3 file(s) that the run does not need were removed, 30 MB']);
    }));

  it('where that is not enough, the run stops: by how much, what takes the room, which setting', () =>
    withRun({ budgetMb: 20, minFreeMb: 0 }, async (context) => {
      enlarge(context, 'models/best.onnx', 30);
      enlarge(context, 'notes.txt', 12);
      enlarge(context, 'logs/run.ndjson', 5);
      const { path } = context.folder;
      await assert.rejects(requireRoom(context), {
        code: 'GUARD_DISK_BUDGET',
        exitCode: 4,
        message: `Expected at most 20 MB in ${path}, got 47 MB, 27 MB too many: models 30 MB, not ours 12 MB, logs 5 MB`,
        hint: `raise disk.budgetMb with \`selfpaste resume ${path} --set disk.budgetMb=MB\`; \`selfpaste gc ${path} --all --dry-run\` shows what else could go`,
      });
    }));

  it('a disk that is almost full: first garbage goes, then it is an error that may pass', () =>
    withRun({ minFreeMb: ENDLESS_MB }, async (context, notes) => {
      await assert.rejects(requireRoom(context), ({ code, message, hint }) => {
        assert.equal(code, 'ENVIRONMENT_DISK_FULL');
        assert.match(message, /^Expected at least 1000000000000 MB free on the disk of .* \(disk\.minFreeMb\), got \d+ MB$/);
        assert.match(hint, /^free \d+ MB on that disk, or lower disk\.minFreeMb, then go on with `selfpaste resume .*`$/);
        return true;
      });
      assert.equal(notes.length, 1);
      assert.match(notes[0], /^the disk is almost full: 3 file\(s\) that the run does not need were removed, 0 MB$/);
    }));

  it('files that go away while they are counted are no error', () =>
    withRun({ budgetMb: 100, minFreeMb: 0 }, async (context) => {
      const names = Array.from({ length: 200 }, (_, at) => join(context.folder.path, `${at}.txt`));
      for (const name of names) writeFileSync(name, '');
      const counted = requireRoom(context);
      for (const name of names) rmSync(name);
      await counted;
    }));
});
