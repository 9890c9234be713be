import assert from 'node:assert/strict';
import { request } from 'node:http';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { Hono } from 'hono';
import { openDatabase } from '../db/index.ts';
import { runReport } from '../pipeline/index.ts';
import { withFolder } from '../test/small-run.ts';
import { atModestRates } from './access.ts';
import { type RunServer, serveRun } from './server.ts';
import { testReport } from './test-report.ts';

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** Unlike fetch, this lets the Host header be anything. */
function ask(url: string, method = 'GET', headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { method, headers, agent: false }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => {
        body += text;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
    });
    asked.on('error', reject).end();
  });
}

/** A server of a run that was begun by nobody yet. */
async function serving(host: string, use: (server: RunServer, folder: string) => Promise<void>): Promise<void> {
  await withFolder(async (folder) => {
    const db = openDatabase(join(folder, 'selfpaste.db'), { mode: 'create' });
    const { name, seed, config, configHash, programVersion, machineVersion, createdAtMs } = testReport('a').run ?? assert.fail();
    db.runs.create({ name, seed, config, configHash, programVersion, machineVersion, createdAtMs });
    db.close();
    const server = await serveRun({ folder, host, port: 0 });
    try {
      await use(server, folder);
    } finally {
      await server.close();
    }
  });
}

describe('a run is served to this machine', () => {
  it('its numbers, its status, and that the server lives', () =>
    serving('127.0.0.1', async ({ url, token }, folder) => {
      assert.equal(token, null);
      const metrics = await ask(`${url}metrics`);
      assert.equal(metrics.headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8');
      assert.match(metrics.body, /^selfpaste_run_info\{run="a",seed="7",version="0.1.0"\} 1$/m);
      const { atMs, ...status } = JSON.parse((await ask(`${url}api/status`)).body);
      const { atMs: nowMs, ...expected } = JSON.parse(JSON.stringify(runReport(folder)));
      assert.deepEqual(status, expected);
      assert.ok(atMs <= nowMs);
      assert.deepEqual((await ask(`${url}healthz`)).body, 'ok\n');
      const page = await ask(url);
      assert.equal(page.headers['content-type'], 'text/html; charset=UTF-8');
      assert.match(page.body, /<meta name="selfpaste-token" content="[\w-]{32}" \/>/);
      assert.match(page.body, /<script type="module" src="\/page\/main\.js">/);
      assert.equal((await ask(`${url}selfpaste.db`)).status, 404);
      const head = await ask(`${url}metrics`, 'HEAD');
      assert.deepEqual([head.status, head.body], [200, '']);
    }));

  it('by its own names only, through whatever port', () =>
    serving('127.0.0.1', async ({ url }) => {
      const asCalled = async (host: string) => (await ask(`${url}metrics`, 'GET', { host })).status;
      for (const host of ['localhost:8080', '127.0.0.1', '[::1]:4280', 'LOCALHOST']) assert.equal(await asCalled(host), 200, host);
      for (const host of ['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example:4280', '192.168.0.1', 'a b'])
        assert.ok([400, 403].includes(await asCalled(host)), host);
    }));

  it('with answers of which a browser runs nothing but what this server sends', () =>
    serving('localhost', async ({ url }) => {
      for (const path of ['metrics', 'nowhere']) {
        const { headers } = await ask(`${url}${path}`);
        assert.match(String(headers['content-security-policy']), /^default-src 'none'; script-src 'self'; .*frame-ancestors 'none'$/);
        assert.equal(headers['x-content-type-options'], 'nosniff');
        assert.equal(headers['cache-control'], 'no-store');
        assert.equal(headers['access-control-allow-origin'], undefined);
      }
    }));

  it('for writing to its own page only', () =>
    serving('localhost', async ({ url }) => {
      const json = { 'content-type': 'application/json' };
      for (const headers of [json, { ...json, 'x-selfpaste-token': 'guessed' }])
        assert.equal((await ask(`${url}metrics`, 'POST', headers)).status, 403);
      for (const method of ['PUT', 'DELETE', 'OPTIONS']) {
        const { status, headers } = await ask(`${url}metrics`, method);
        assert.deepEqual([status, headers.allow], [405, 'GET, HEAD, POST'], method);
      }
    }));

  it('to no page of another site, but to who follows a link', () =>
    serving('localhost', async ({ url }) => {
      const asked = async (headers: Readonly<Record<string, string>>) => (await ask(`${url}api/status`, 'GET', headers)).status;
      assert.equal(await asked({ origin: 'https://evil.example' }), 403);
      assert.equal(await asked({ origin: 'null' }), 403);
      assert.equal(await asked({ 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }), 403);
      assert.equal(await asked({ 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }), 200);
      assert.equal(await asked({ origin: new URL(url).origin, 'sec-fetch-site': 'same-origin' }), 200);
    }));

  it('not faster than anybody needs', () =>
    serving('localhost', async ({ url }) => {
      const limited = atModestRates({ perSecond: 2, atOnce: 3 });
      const app = new Hono().use(limited).get('/', (context) => context.text('ok'));
      const statuses = async (count: number) => Promise.all(Array.from({ length: count }, async () => (await app.request('/')).status));
      assert.deepEqual(await statuses(5), [200, 200, 200, 429, 429]);
      await new Promise((resolve) => setTimeout(resolve, 1050));
      assert.deepEqual(await statuses(2), [200, 200]);
      assert.equal((await ask(`${url}healthz`)).status, 200);
    }));

  it('an error of the run is told as such', () =>
    withFolder(async (folder) => {
      const server = await serveRun({ folder, host: '127.0.0.1', port: 0 });
      const { status, body } = await ask(`${server.url}api/status`);
      await server.close();
      assert.deepEqual([status, JSON.parse(body).error.code], [503, 'DATA_NO_DATABASE']);
      await assert.rejects(ask(server.url), { code: 'ECONNREFUSED' });
    }));

  it('a port that is taken, and an address that is not ours', () =>
    serving('127.0.0.1', async ({ url }, folder) => {
      const port = Number(new URL(url).port);
      await assert.rejects(serveRun({ folder, host: '127.0.0.1', port }), {
        code: 'ENVIRONMENT_PORT_TAKEN',
        message: `Expected a port of 127.0.0.1 that no other program listens at for --port, got ${port} (number)`,
        hint: 'choose another with --port N, or any that is free with --port 0',
      });
      await assert.rejects(serveRun({ folder, host: '192.0.2.1', port: 0 }), {
        code: 'ENVIRONMENT_CANNOT_LISTEN',
        message: /^Expected to listen at 192\.0\.2\.1, port 0, but the system refuses: /,
      });
    }));
});

describe('a run is served to others', () => {
  it('with a token for everything', () =>
    serving('0.0.0.0', async ({ url, token }) => {
      assert.match(String(token), /^[\w-]{32}$/);
      const here = url.replace('localhost', '127.0.0.1');
      for (const path of ['', 'healthz', 'metrics', 'api/status', 'nowhere']) {
        const { status, headers, body } = await ask(`${here}${path}`);
        assert.deepEqual([status, headers['www-authenticate']], [401, 'Bearer'], path);
        assert.ok(!body.includes(String(token)));
      }
      assert.equal((await ask(`${here}metrics?token=${token}x`)).status, 401);
      assert.equal((await ask(`${here}metrics?token=${token}`)).status, 200);
      assert.equal((await ask(`${here}metrics`, 'GET', { authorization: `Bearer ${token}` })).status, 200);
      const cookie = String((await ask(`${here}healthz?token=${token}`)).headers['set-cookie']);
      assert.match(cookie, /^selfpaste_token_\d+=[\w-]{32}; Path=\/; HttpOnly; SameSite=Lax$/);
      assert.equal((await ask(`${here}metrics`, 'GET', { cookie: cookie.split(';')[0] as string })).status, 200);
    }));

  it('beside another run, to a browser that has the tokens of both', () =>
    serving('0.0.0.0', async (one) =>
      serving('0.0.0.0', async (other) => {
        const jar: string[] = [];
        for (const { url, token } of [one, other])
          jar.push(String((await ask(`${url}healthz?token=${token}`)).headers['set-cookie']).split(';')[0] as string);
        const cookie = jar.join('; ');
        for (const { url } of [one, other]) assert.equal((await ask(`${url}metrics`, 'GET', { cookie })).status, 200);
        const wrong = await ask(`${one.url}metrics?token=${other.token}`, 'GET', { cookie, authorization: 'Bearer guessed' });
        assert.equal(wrong.status, 200, 'what fits is enough');
      }),
    ));

  it('by the addresses of this machine', () =>
    serving('0.0.0.0', async ({ url, elsewhere, token }) => {
      for (const place of [url, ...elsewhere]) assert.equal((await ask(`${place}metrics?token=${token}`)).status, 200, place);
      const asCalled = async (host: string) =>
        (await ask(`${url.replace('localhost', '127.0.0.1')}metrics?token=${token}`, 'GET', { host })).status;
      for (const { address } of Object.values(networkInterfaces()).flatMap((all) => all ?? []))
        if (!address.includes(':')) assert.equal(await asCalled(address), 200, address);
      assert.equal(await asCalled('evil.example'), 403);
    }));
});
