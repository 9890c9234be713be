import assert from 'node:assert/strict';
import { dirname } from 'node:path';
import { type TestContext, test } from 'node:test';
import { testRun } from '../db/test-database.ts';
import { runApp } from './app.ts';
import { openSite } from './site.ts';

const TOKEN = 'secret';
const HOST = 'localhost:4280';

/** What a run answers that others than this machine can ask. */
function openRun(t: TestContext) {
  const site = openSite(dirname(testRun(t).path));
  t.after(() => site.close());
  const app = runApp(site, { names: new Set(['localhost']), token: TOKEN, forEverything: true });
  return (path: string, headers: Readonly<Record<string, string>> = {}) => app.request(path, { headers: { host: HOST, ...headers } });
}

test('an address with the token leads a browser to the same one without it, and never to another server', async (t) => {
  const ask = openRun(t);
  const page = { accept: 'text/html,*/*;q=0.8' };
  const places: readonly (readonly [address: string, place: string])[] = [
    [`/?token=${TOKEN}`, '/'],
    [`/labels?round=1&token=${TOKEN}&class=a%26b`, '/labels?round=1&class=a%26b'],
    [`http://localhost//evil.example/?token=${TOKEN}`, '/evil.example/'],
  ];
  for (const [address, place] of places) {
    const { status, headers } = await ask(address, page);
    assert.deepEqual([status, headers.get('location')], [303, place]);
    const [cookie = ''] = (headers.get('set-cookie') ?? '').split(';');
    assert.equal(cookie, `selfpaste_token_4280=${TOKEN}`);
    assert.notEqual((await ask(place, { ...page, cookie })).status, 401);
  }
  assert.equal((await ask(`/?token=${TOKEN}x`, page)).status, 401);
  assert.equal((await ask(`/healthz?token=${TOKEN}`)).status, 200, 'programs get their answer');
});

test('a cookie is of one port, and is enough beside a wrong token', async (t) => {
  const ask = openRun(t);
  const own = { cookie: `selfpaste_token_4280=${TOKEN}; selfpaste_token_4281=of-another` };
  assert.equal((await ask('/healthz', own)).status, 200);
  assert.equal((await ask('/healthz?token=of-another', own)).status, 200);
  assert.equal((await ask('/healthz', { ...own, authorization: 'Bearer of-another' })).status, 200);
  assert.equal((await ask('/healthz', { ...own, host: 'localhost:4281' })).status, 401);
});

test('floods of strangers are nothing to the owner', async (t) => {
  // Time stands still: nothing is granted anew.
  t.mock.method(performance, 'now', () => 0);
  const ask = openRun(t);
  const strangers = [{ host: 'evil.example' }, { origin: 'https://evil.example' }, { authorization: 'Bearer guessed' }];
  for (let at = 0; at < 3000; at++) assert.ok([401, 403].includes((await ask('/healthz', strangers[at % 3])).status));
  const owner = { authorization: `Bearer ${TOKEN}` };
  assert.equal((await ask('/healthz', owner)).status, 200);
});
