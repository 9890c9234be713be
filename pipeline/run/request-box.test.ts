import assert from 'node:assert/strict';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { withFolder } from '../../test/small-run.ts';
import { openRequestBox, postRequest } from './request-box.ts';
import { RunControl } from './run-control.ts';

/** Opens a box and notes what comes of it. */
async function attending(folder: string, use: (heard: readonly string[]) => Promise<void>): Promise<void> {
  const control = new RunControl();
  const heard: string[] = [];
  control.listen((request, who) => heard.push(`${request} by ${who}`));
  const box = openRequestBox(folder, control);
  try {
    await use(heard);
  } finally {
    box.close();
  }
}

async function gone(file: string): Promise<void> {
  for (let left = 50; existsSync(file); left--) {
    assert.ok(left > 0, `${file} is not taken`);
    await sleep(100);
  }
}

describe('the box of requests', () => {
  it('hands on what is asked, in order, and is gone when nobody looks any more', () =>
    withFolder(async (folder) => {
      await attending(folder, async (heard) => {
        const first = await postRequest(folder, 'pause', 'ada@here');
        await sleep(2);
        await gone(await postRequest(folder, 'go-on', 'eve@there'));
        await gone(first);
        assert.deepEqual(heard, ['pause by ada@here', 'go-on by eve@there']);
      });
      assert.ok(!existsSync(join(folder, 'requests')));
    }));

  it('forgets what an earlier owner was asked', () =>
    withFolder(async (folder) => {
      await postRequest(folder, 'stop', 'ada');
      await attending(folder, async (heard) => {
        await gone(await postRequest(folder, 'pause', 'eve'));
        assert.deepEqual(heard, ['pause by eve']);
      });
    }));

  it('outlives what it cannot read or remove, and what it does not know', () =>
    withFolder((folder) =>
      attending(folder, async (heard) => {
        mkdirSync(join(folder, 'requests/0-folder.json/full'), { recursive: true });
        writeFileSync(join(folder, 'requests/1-cut.json'), '{"request": "pa');
        writeFileSync(join(folder, 'requests/2-other.json'), '{"request": "explode", "who": "eve"}');
        await gone(await postRequest(folder, 'pause', 'ada'));
        assert.deepEqual(heard, ['pause by ada']);
      }),
    ));

  it('says where a request cannot be left', () =>
    withFolder(async (folder) => {
      writeFileSync(join(folder, 'requests'), '');
      await assert.rejects(postRequest(folder, 'pause', 'ada'), { code: 'ENVIRONMENT_NOT_WRITABLE' });
    }));
});
