import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { sha256 } from '../../core/index.ts';
import { writePng } from '../../dataset/index.ts';
import { SIZE, testFolder, testRun } from '../../db/test-database.ts';
import { runApp } from '../app.ts';
import { openSite } from '../site.ts';

/** A run with one picture that is there, and how a page asks for it. */
async function scene(t: TestContext) {
  const folder = testFolder(t);
  const path = join(folder, '<script>.png');
  await writePng(path, { size: SIZE, data: new Uint8Array(SIZE.width * SIZE.height * 3).fill(90) });
  const bytes = readFileSync(path);
  const hash = sha256(createHash('sha256').update(bytes).digest('hex'));
  const db = testRun(t, join(folder, 'selfpaste.db'));
  db.images.add({ sha256: hash, path, fileName: '<script>.png', size: SIZE, orientation: 1, subset: 'unlabeled', sourceId: null });
  const site = openSite(folder);
  t.after(() => site.close());
  const app = runApp(site, { names: new Set(['localhost']), token: 'secret', forEverything: false });
  const get = (address: string, headers: Readonly<Record<string, string>> = {}) =>
    app.request(address, { headers: { host: 'localhost', ...headers } });
  return { path, bytes, hash, get };
}

test('a picture is sent by its id, and kept for ever where the address names its content', async (t) => {
  const { bytes, hash, get } = await scene(t);
  const named = await get(`/api/images/1/picture?content=${hash}`);
  assert.deepEqual([named.status, named.headers.get('content-type')], [200, 'image/png']);
  assert.equal(named.headers.get('cache-control'), 'private, max-age=31536000, immutable');
  assert.deepEqual(Buffer.from(await named.arrayBuffer()), bytes);
  const unnamed = await get(`/api/images/1/picture?content=${'0'.repeat(64)}`);
  assert.equal(unnamed.headers.get('cache-control'), 'private, no-cache');
  assert.equal((await get('/api/images/1/picture', { 'if-none-match': `"${hash}"` })).status, 304);
});

test('a file that changed since it was imported is said, not shown; and no path is', async (t) => {
  const { path, bytes, get } = await scene(t);
  writeFileSync(path, Buffer.concat([bytes, Buffer.of(0)]));
  const changed = await get('/api/images/1/picture');
  const { error } = (await changed.json()) as { readonly error: { readonly code: string; readonly hint: string } };
  assert.deepEqual([changed.status, error.code], [503, 'DATA_PICTURE_CHANGED']);
  assert.match(error.hint, /^put the imported file back/);
  for (const id of ['2', '%2e%2e%2fselfpaste.db', encodeURIComponent(path)])
    assert.equal((await get(`/api/images/${id}/picture`)).status, 400, id);
});
