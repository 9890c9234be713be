import assert from 'node:assert/strict';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { after, before, describe, it } from 'node:test';
import { parseConfig, type ResolvedConfig } from '../config/index.ts';
import { openDatabase, type RunDatabase } from '../db/index.ts';
import { settleSettings } from './settings-change.ts';

const CONFIG = `
data:
  labeled: { annotations: train.json, images: images }
  validation: { annotations: val.json, images: images }
name: base
`;

describe('settings that `resume` is given', () => {
  const folder = mkdtempSync(join(tmpdir(), 'selfpaste-settings-'));
  const file = join(folder, 'selfpaste.yaml');
  const run = join(folder, 'runs/base');
  const asked = (...set: string[]) => ({ config: file, set, readData: false, yes: false });

  before(() => {
    writeFileSync(file, CONFIG);
    const config = parseConfig(CONFIG, file);
    const db = openDatabase(join(run, 'selfpaste.db'), { mode: 'create' });
    const { name, seed, hash: configHash } = config;
    db.runs.create({ ...{ name, seed, config, configHash }, programVersion: '0', machineVersion: 4, createdAtMs: 1 });
    db.close();
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  function withRun<Result>(path: string, mode: 'read' | 'write', use: (db: RunDatabase) => Result): Result {
    const db = openDatabase(join(path, 'selfpaste.db'), { mode });
    try {
      return use(db);
    } finally {
      db.close();
    }
  }

  const stored = (path = run): ResolvedConfig => withRun(path, 'read', (db) => db.runs.facts()?.config as ResolvedConfig);

  /** A run of these settings as version 1 wrote it, before its first state. */
  function oldRun(): string {
    const old = join(folder, 'runs/old');
    mkdirSync(old);
    copyFileSync('test/golden/databases/v1.db', join(old, 'selfpaste.db'));
    withRun(run, 'write', ({ connection }) => {
      connection.run('ATTACH ? AS old', [join(old, 'selfpaste.db')]);
      connection.run('UPDATE old.runs SET config = (SELECT config FROM main.runs)');
      connection.run('DELETE FROM old.snapshots');
    });
    return old;
  }

  it('are the same ones: nothing is asked, nothing changes', async () => {
    assert.equal(await settleSettings(run, { set: [], readData: false, yes: false }), run);
    assert.equal(await settleSettings(run, asked()), run);
  });

  it('are the same ones, with data to read that were not read yet: the run goes on and reads them', async () => {
    assert.equal(await settleSettings(run, { set: [], readData: true, yes: false }), run);
  });

  it('are others: without a word nothing changes', async () => {
    await assert.rejects(settleSettings(run, asked('train.steps=7', 'rounds=3')), {
      code: 'USAGE_SETTINGS_CHANGED',
      message: 'Expected a word about settings that differ from those of the run, got none: rounds, train.steps',
      hint: 'take them with `--yes`, or go on in a new run with `--fork NAME`; without -c and --set the run keeps its own',
    });
    assert.equal(stored().train.steps, 2000);
  });

  it('are forked: the run keeps its own', async () => {
    const fork = await settleSettings(run, { ...asked('train.steps=7'), fork: 'other' });
    assert.equal(fork, join(folder, 'runs/other'));
    assert.deepEqual([stored(fork).name, stored(fork).train.steps, stored().train.steps], ['other', 7, 2000]);
    assert.ok(!existsSync(join(folder, 'runs/.other.forking')));
  });

  it('are not looked at for a fork that cannot be: nothing is read or reported', async (t) => {
    const said = t.mock.method(process.stderr, 'write', () => true);
    const absent = { ...asked('data.labeled.annotations=absent.json'), readData: true };
    await assert.rejects(settleSettings(run, { ...absent, fork: '../elsewhere' }), {
      code: 'USAGE_FORK_NAME',
      message: 'Expected a name of letters, digits, dot, dash and underscore for --fork, got "../elsewhere" (string)',
      hint: 'give the name alone, as `--fork stricter`: the new run lies beside the one that it comes from',
    });
    await assert.rejects(settleSettings(run, { ...absent, fork: 'base' }), { code: 'USAGE_FORK_EXISTS' });
    assert.equal(said.mock.callCount(), 0);
  });

  it('are taken with --yes; --set without a file changes those that the run has by then', async () => {
    assert.equal(await settleSettings(run, { ...asked('train.steps=7', 'name=elsewhere'), yes: true }), run);
    assert.deepEqual([stored().train.steps, stored().name], [7, 'base']);
    await settleSettings(run, { set: ['rounds=3'], readData: false, yes: true });
    assert.deepEqual([stored().train.steps, stored().rounds], [7, 3]);
  });

  it('are taken by the run of an older version, which is brought forward as `resume` does it', async () => {
    const old = oldRun();
    assert.throws(() => stored(old), { code: 'DATA_OLDER_DATABASE' });
    assert.equal(await settleSettings(old, { set: ['rounds=4'], readData: false, yes: true }), old);
    assert.equal(stored(old).rounds, 4);
    assert.ok(existsSync(join(old, 'selfpaste.v1.backup.db')));
  });
});
