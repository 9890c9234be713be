import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { findRun } from './find-run.ts';

describe('findRun', () => {
  const home = process.cwd();
  let folder: string;

  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'selfpaste-cli-')));
    process.chdir(folder);
  });
  afterEach(() => {
    process.chdir(home);
    rmSync(folder, { recursive: true, force: true });
  });

  /** A folder that looks like a run whose database was changed at a time. */
  function makeRun(path: string, changedAtSeconds: number): string {
    const run = join(folder, path);
    mkdirSync(run, { recursive: true });
    writeFileSync(join(run, 'selfpaste.db'), '');
    utimesSync(join(run, 'selfpaste.db'), changedAtSeconds, changedAtSeconds);
    return run;
  }

  it('takes a folder, or a name below runs/', () => {
    const elsewhere = makeRun('elsewhere/a', 1);
    const named = makeRun('runs/b', 1);
    assert.equal(findRun('elsewhere/a'), elsewhere);
    assert.equal(findRun(elsewhere), elsewhere);
    assert.equal(findRun('b'), named);
  });

  it('takes the one that was changed last where none is named', () => {
    makeRun('runs/old', 1000);
    const latest = makeRun('runs/latest', 3000);
    makeRun('runs/middle', 2000);
    makeRun('runs/.fork.forking', 4000);
    mkdirSync(join(folder, 'runs/no-run'));
    writeFileSync(join(folder, 'runs/note.txt'), '');
    assert.equal(findRun(undefined), latest);
  });

  it('says what was looked for where there is none', () => {
    const hint = "name the run's folder, or start one with `selfpaste run -c FILE`";
    assert.throws(() => findRun(undefined), { code: 'USAGE_NO_RUN', message: 'Expected a run below ./runs, found none', hint });
    assert.throws(() => findRun('x'), { message: 'Expected the folder or name of a run for RUN, got "x" (string)', hint });
  });
});
