import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { PictureStore } from './picture-store.ts';
import { discImage, recipe, temporaryFolder } from './test-scene.ts';

const folder = temporaryFolder();

test('a picture is decoded once while it is kept, and no larger than the recipe shows it', async () => {
  const large = { width: 1000, height: 10 };
  const image = await discImage(join(folder, 'wide.png'), large, []);
  const store = new PictureStore(recipe);
  const [first, second] = await Promise.all([store.read(image), store.read(image)]);
  assert.equal(first, second);
  // 64 px of canvas at scale 2.
  assert.deepEqual(first.size, { width: 128, height: 1 });
  rmSync(image.path);
  assert.equal(await store.read(image), first);
});

test('pictures beyond the limit are let go, the least recently used first', async () => {
  const size = { width: 10, height: 10 };
  const bytes = 300;
  const store = new PictureStore(recipe, 2 * bytes);
  const images = await Promise.all(['a', 'b', 'c'].map((name) => discImage(join(folder, `${name}.png`), size, [])));
  const [a, b] = [await store.read(images[0]), await store.read(images[1])];
  assert.equal(await store.read(images[0]), a);
  await store.read(images[2]);
  assert.equal(await store.read(images[0]), a);
  assert.notEqual(await store.read(images[1]), b);
});

test('a picture that could not be read is tried again', async () => {
  const path = join(folder, 'late.png');
  const size = { width: 4, height: 4 };
  const store = new PictureStore(recipe);
  await assert.rejects(store.read({ path, size, instances: [], ignored: [] }), { code: 'DATA_UNREADABLE_PICTURE' });
  const image = await discImage(path, size, []);
  assert.deepEqual((await store.read(image)).size, size);
});

test('a picture that has become larger than it was is not decoded', async () => {
  const path = join(folder, 'grown.png');
  const image = await discImage(path, { width: 4, height: 4 }, []);
  await discImage(path, { width: 400, height: 400 }, []);
  await assert.rejects(new PictureStore(recipe).read(image), { code: 'DATA_UNREADABLE_PICTURE', message: /exceeds pixel limit/ });
});
