import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pathsIn, withoutFolders } from './without-folders.ts';

const KNOWN = ['/data/Client A', '/data/Client A/train set/labels.json', '/runs/anna'];

test('of an absolute path in a text only the last part stays', () => {
  const texts: readonly (readonly [text: string, said: string])[] = [
    ['cannot read /home/anna/client/x.jpg: it is empty', 'cannot read x.jpg: it is empty'],
    ['/home/anna/x.jpg, /srv/y.jpg.', 'x.jpg, y.jpg.'],
    ['Expected a file, got "/home/anna b/some set/x y.jpg" (string)', 'Expected a file, got "x y.jpg" (string)'],
    ['of (/home/anna/) and key:/home/anna/x and --out=/a/b', 'of (anna) and key:x and --out=b'],
    ['file:///home/anna/x.jpg and ~/client/x.jpg', 'x.jpg and x.jpg'],
    ['picture /data/Client A/new one/p 1.jpg of /data/Client A', 'picture new one/p 1.jpg of Client A'],
    ['see /data/Client A/train set/labels.json', 'see labels.json'],
    ['go on with `selfpaste resume /runs/anna`', 'go on with `selfpaste resume anna`'],
    [
      '3/4 pictures, and/or http://localhost:4280/labels, a/b.jpg, ../c.jpg',
      '3/4 pictures, and/or http://localhost:4280/labels, a/b.jpg, ../c.jpg',
    ],
    ['nothing', 'nothing'],
  ];
  for (const [text, said] of texts) assert.equal(withoutFolders(text, KNOWN), said);
});

test('the paths of a configuration are found, however deep, and nothing else', () => {
  assert.deepEqual(pathsIn({ a: '/x', b: [{ c: '/y/z' }, 'w', null, 3], d: 'e/f' }), ['/x', '/y/z']);
});
