import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { ExchangeFile } from '../../dataset/index.ts';
import { writeExchangeFiles } from './exchange-files.ts';

const fileOf = (path: string, text = path): ExchangeFile => ({ path, bytes: Buffer.from(text) });
const CVAT = [fileOf('annotations.xml'), fileOf('labels.json')];

let folder: string;
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'selfpaste-exchange-'));
});
after(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string): string => join(folder, name);

describe('where exported files go', () => {
  it('is a single file under its own name, and every other number of them in a folder', async () => {
    assert.deepEqual(await writeExchangeFiles(at('one.JSON'), [fileOf('instances.json')]), [at('one.JSON')]);
    assert.deepEqual(await writeExchangeFiles(at('one'), [fileOf('instances.json')]), [at('one/instances.json')]);
    assert.deepEqual(await writeExchangeFiles(at('v1.2'), CVAT), [at('v1.2/annotations.xml'), at('v1.2/labels.json')]);
    assert.equal(readFileSync(at('v1.2/labels.json'), 'utf8'), 'labels.json');
  });

  it('is no folder with the name of a file', async () => {
    await assert.rejects(writeExchangeFiles(at('a.xml'), CVAT), {
      code: 'USAGE_OUT_IS_FOLDER',
      message: `Expected a folder for 2 files, of which annotations.xml is one for --out, got ${JSON.stringify(at('a.xml'))} (string)`,
      hint: `name a folder, as --out ${JSON.stringify(at('a'))}`,
    });
    assert.ok(!existsSync(at('a.xml')));
  });

  it('is no folder that holds an earlier export', async () => {
    await writeExchangeFiles(at('both'), CVAT);
    await assert.rejects(writeExchangeFiles(at('both'), [fileOf('other.json'), fileOf('another.json')]), {
      code: 'USAGE_FOLDER_NOT_EMPTY',
      message: `Expected a folder that is new or empty for --out, got ${JSON.stringify(at('both'))} (string)`,
      hint: 'name another folder, or empty this one: an import reads all of it',
    });
    assert.deepEqual(readdirSync(at('both')).sort(), ['annotations.xml', 'labels.json']);
  });
});
