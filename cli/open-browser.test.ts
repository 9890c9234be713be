import assert from 'node:assert/strict';
import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { withFolder } from '../test/small-run.ts';
import { browserCommand, isBrowserSeen, openBrowser, pageToOpen, type Surroundings } from './open-browser.ts';

const URL_HERE = 'http://127.0.0.1:4280/';
const DESK: Surroundings = { platform: 'linux', env: { DISPLAY: ':0' }, isTerminal: true };
const commandIn = (change: Partial<Surroundings>) => {
  const { file, args } = browserCommand(URL_HERE, { ...DESK, ...change });
  return [file, ...args];
};

test('the browser is the one that the system or the user names', () => {
  assert.deepEqual(commandIn({}), ['xdg-open', URL_HERE]);
  assert.deepEqual(commandIn({ env: { WAYLAND_DISPLAY: 'wayland-0' } }), ['xdg-open', URL_HERE]);
  assert.deepEqual(commandIn({ platform: 'darwin', env: {} }), ['open', URL_HERE]);
  assert.deepEqual(commandIn({ env: { ...DESK.env, BROWSER: 'firefox' } }), ['firefox', URL_HERE]);
  assert.deepEqual(commandIn({ env: { ...DESK.env, BROWSER: ':chromium --new-window %s --x:w3m' } }), [
    'chromium',
    '--new-window',
    URL_HERE,
    '--x',
  ]);
  assert.deepEqual(commandIn({ env: { ...DESK.env, BROWSER: ' : ' } }), ['xdg-open', URL_HERE]);
});

test('no browser is opened where nobody would see it', () => {
  const unseen: readonly [why: string, change: Partial<Surroundings>][] = [
    ['no terminal', { isTerminal: false }],
    ['CI', { env: { ...DESK.env, CI: 'true' } }],
    ['no display', { env: {} }],
    ['no display, whatever the user likes', { env: { BROWSER: 'firefox', DISPLAY: '' } }],
    ['from afar, on Linux', { env: { SSH_CONNECTION: '1.2.3.4 5 6.7.8.9 22' } }],
    ['from afar, on macOS', { platform: 'darwin', env: { SSH_TTY: '/dev/ttys001' } }],
    ['a system that it does not know', { platform: 'win32' }],
  ];
  for (const [why, change] of unseen) assert.equal(isBrowserSeen({ ...DESK, ...change }), false, why);
  for (const env of [DESK.env, { ...DESK.env, CI: 'false' }]) assert.equal(isBrowserSeen({ ...DESK, env }), true);
});

test('the address is opened as it is, unless a token belongs to it: that stands in a file of the user alone, as long as the server lives', () => {
  assert.equal(pageToOpen(URL_HERE, null).address, URL_HERE);
  const { address, remove } = pageToOpen('http://desk.local:4280/', 'a-b_c');
  assert.match(address, /^file:\/\/\/.*\.html$/);
  const file = fileURLToPath(address);
  const modeOf = (path: string) => statSync(path).mode & 0o777;
  assert.deepEqual([modeOf(file), modeOf(dirname(file))], [0o600, 0o700]);
  assert.match(readFileSync(file, 'utf8'), /http-equiv="refresh" content="0; url=http:\/\/desk\.local:4280\/\?token=a-b_c"/);
  remove();
  assert.ok(!existsSync(dirname(file)));
});

test('a browser is started with the address; one that is not there is no error', () =>
  withFolder(async (folder) => {
    const [browser, told] = [join(folder, 'browser'), join(folder, 'told')];
    writeFileSync(browser, `#!/bin/sh\necho noise\necho "$1" > '${told}.part' && mv '${told}.part' '${told}'\n`);
    chmodSync(browser, 0o755);
    openBrowser({ file: join(folder, 'none'), args: [URL_HERE] });
    openBrowser({ file: browser, args: [URL_HERE] });
    const deadline = performance.now() + 30_000;
    while (!existsSync(told) && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(readFileSync(told, 'utf8'), `${URL_HERE}\n`);
  }));
