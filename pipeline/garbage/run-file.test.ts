import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { runFile, sizesByKind } from './run-file.ts';

const roleOf = (path: string): string => runFile(path, 1).role;
const UUID = '0b4c1f6e-9d1a-4a1c-8f7e-1c2d3e4f5a6b';

/** The file names in the tree of `docs/files.md`, with a number for each letter that stands for one. */
function documentedNames(): string[] {
  const [, tree = ''] = /^runs\/<name>\/\n([\s\S]*?)^```/m.exec(readFileSync('docs/files.md', 'utf8')) ?? [];
  const names: string[] = [];
  const folders: string[] = [];
  for (const line of tree.split('\n')) {
    const [, indent = '', entries] = /^( +)(\S+(?:, \S+)*)(?: {2,}|$)/.exec(line) ?? [];
    if (entries === undefined) continue;
    folders.length = indent.length / 2 - 1;
    for (const name of entries.split(', ').map(numbered)) {
      if (name.endsWith('/')) folders.push(name);
      else names.push(folders.join('') + name);
    }
  }
  return names;
}

const numbered = (name: string): string => name.replace(/\b[NSK]\b|(?<=-)[NS](?=[-./])/g, '3');

describe('a file of a run', () => {
  it('is known by the name that the documentation gives it', () => {
    const names = documentedNames();
    assert.ok(
      ['models/round-3-step-3.onnx', 'checkpoints/round-3/step-3.checkpoint', 'selfpaste.db-shm'].every((name) => names.includes(name)),
      names.join(' '),
    );
    assert.deepEqual(
      names.filter((name) => roleOf(name) === 'foreign'),
      [],
    );
  });

  it('belongs to the round in its name', () => {
    assert.deepEqual(runFile('checkpoints/round-12/step-0000300.checkpoint', 7), {
      ...{ path: 'checkpoints/round-12/step-0000300.checkpoint', bytes: 7 },
      ...{ role: 'checkpoint', round: 12 },
    });
    assert.equal(runFile('models/best.onnx', 7).round, null);
  });

  it('is a part of the lock or of its requests by the names that these have', () => {
    for (const name of ['lock.db-journal', `owner-${UUID}.bid`, 'requests/1700000000000-4711.json'])
      assert.equal(roleOf(name), 'control', name);
  });

  it('is half-written where the file that it was to become is one of ours', () => {
    const names = [
      `checkpoints/round-1/.step-0000003.checkpoint.${UUID}.tmp`,
      `models/.best.onnx.${UUID}.tmp`,
      `models/.best.contract.json.${UUID}.tmp`,
      'rounds/round-1-training-set.json.4711.tmp',
      `owner-${UUID}.tmp`,
      'selfpaste.v1.backup.db.4711.part',
      'selfpaste.db.4711.part',
    ];
    for (const name of names) assert.equal(roleOf(name), 'unfinished', name);
  });

  it('is not ours where no run writes such a name', () => {
    const names = [
      'notes.txt',
      'models/mine.onnx',
      'models/round-1-student.onnx.bak',
      'rounds/round-one-initial.onnx',
      'checkpoints/round-1/step-3.checkpoint.orig',
      'checkpoints/step-3.checkpoint',
      'old/models/best.onnx',
      `.notes.txt.${UUID}.tmp`,
      'models/best.onnx.tmp',
      'rounds/notes.json.4711.tmp',
      'requests/note.txt',
      'owner.json.bak',
      'snapshot.db',
      'snapshot.db.4711.part',
    ];
    for (const name of names) assert.equal(roleOf(name), 'foreign', name);
  });
});

it('sizesByKind adds up what people call by one name, the largest first', () => {
  const files = [
    runFile('models/best.onnx', 10),
    runFile('selfpaste.db', 25),
    runFile('rounds/round-0-initial.onnx', 10),
    runFile('x', 1),
    runFile('selfpaste.db-wal', 5),
  ];
  assert.deepEqual(sizesByKind(files), [
    { kind: 'database', files: 2, bytes: 30 },
    { kind: 'models', files: 2, bytes: 20 },
    { kind: 'not ours', files: 1, bytes: 1 },
  ]);
});
