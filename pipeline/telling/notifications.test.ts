import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { isAlive, withFolder } from '../../test/small-run.ts';
import type { RunEvent } from '../progress.ts';
import type { Notice } from './notice.ts';
import { type NotificationPatience, type NotificationTarget, notifying } from './notifications.ts';
import { webhookUrl } from './webhook-delivery.ts';

const PATIENCE: NotificationPatience = {
  commandTimeoutMs: 10_000,
  requestTimeoutMs: 5000,
  retryWaitsMs: [1, 1, 1],
  settleMs: 20_000,
  quietMs: 20_000,
};
const SUBJECT = { run: 'small', folder: '/runs/small' };
const FINISHED: RunEvent = { kind: 'round-finished', round: 2, promoted: true, facts: { student: 0.5 } };
const STAGE: RunEvent = { kind: 'stage-started', round: 2, stage: 'promote' };

/** Tells targets a story. @returns the warnings that came of it, and how long the telling itself and its settling took, in ms */
async function told(targets: readonly NotificationTarget[], story: readonly RunEvent[], patience: Partial<NotificationPatience> = {}) {
  const warnings: string[] = [];
  const heard = (event: RunEvent) => {
    if (event.kind === 'note' && event.level === 'warn') warnings.push(event.text);
  };
  const notifications = notifying(targets, SUBJECT, heard, { ...PATIENCE, ...patience });
  const startedMs = performance.now();
  for (const event of story) notifications.emit(event);
  const toldMs = performance.now() - startedMs;
  await notifications.settled();
  return { warnings, toldMs, settledMs: performance.now() - startedMs };
}

const command = (text: string): NotificationTarget => ({ kind: 'command', command: text });

describe('a command', () => {
  it('gets the event as JSON on stdin and in its environment, one at a time and in order', () =>
    withFolder(async (folder) => {
      const file = join(folder, 'told');
      const words = '"$SELFPASTE_EVENT $SELFPASTE_RUN $SELFPASTE_ROUND $SELFPASTE_STAGE"';
      const story: RunEvent[] = [STAGE, FINISHED, { kind: 'run-finished', facts: { best: 0.5 } }];
      const { warnings } = await told([command(`sleep 0.1; echo ${words} >> '${file}'; cat >> '${file}'`)], story);
      assert.deepEqual(warnings, []);
      const [first, notice, second] = readFileSync(file, 'utf8').trimEnd().split('\n');
      assert.deepEqual([first, second], ['round-finished small 2 promote', 'run-finished small 2 promote']);
      const { at, id, ...rest } = JSON.parse(notice) as Notice;
      assert.match(id, /^[\da-f]{8}-[\da-f-]{27}$/);
      assert.match(at, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
      const text = 'small: round 2 finished, its student is the next teacher: student 0.5000';
      const place = { round: 2, stage: 'promote' };
      assert.deepEqual(rest, { text, event: 'round-finished', ...SUBJECT, ...place, facts: { promoted: true, student: 0.5 } });
    }));

  it('that fails is a warning with its last words, without what it was given', async () => {
    const { warnings } = await told([command('sh -c "echo no such channel >&2; exit 3"'), command('KEY=secret false')], [FINISHED]);
    assert.deepEqual(warnings.sort(), [
      'the command of --on-event was not told of round-finished: it ended with 1',
      'the command sh was not told of round-finished: it ended with 3: no such channel',
    ]);
  });

  it('that hangs is killed with its children, and the run does not wait', () =>
    withFolder(async (folder) => {
      const file = join(folder, 'pid');
      const hanging = command(`sleep 60 & echo $! > '${file}'; wait`);
      const { warnings, toldMs, settledMs } = await told([hanging], [FINISHED], { commandTimeoutMs: 700 });
      assert.ok(toldMs < 700, `telling took ${toldMs} ms`);
      assert.ok(settledMs < 10_000, `settling took ${settledMs} ms`);
      assert.deepEqual(warnings, ['the command sleep was not told of round-finished: it took longer than 0.7 s']);
      await pause(100);
      assert.ok(!isAlive(Number(readFileSync(file, 'utf8'))));
    }));

  it('may say as much as it likes, and need not listen', async () => {
    const flood = command('exec <&-; head -c 3000000 /dev/zero; head -c 3000000 /dev/zero >&2');
    assert.deepEqual((await told([flood], [FINISHED])).warnings, []);
  });

  it('may leave something running', async () => {
    const { settledMs } = await told([command('sleep 5 &')], [FINISHED]);
    assert.ok(settledMs < 4000, `settling took ${settledMs} ms`);
  });

  it('is told of the newest 64 events where more wait for it', async () => {
    const story = Array.from({ length: 70 }, (_, round): RunEvent => ({ ...FINISHED, round }) as RunEvent);
    const { warnings } = await told([command('sleep 0.05')], story);
    assert.equal(warnings.length, 5);
    assert.match(warnings[0], /was not told of round-finished: too much else waits for it, or the run ended$/);
  });

  it('is not told of everything', () =>
    withFolder(async (folder) => {
      const file = join(folder, 'told');
      await told([command(`touch '${file}'`)], [STAGE, { kind: 'note', round: null, level: 'warn', text: 'x' }]);
      assert.ok(!existsSync(file));
    }));
});

/** A server that answers with one status after the other, the last one again and again; 0 never answers. */
async function withServer(statuses: readonly number[], use: (url: URL, taken: Notice[]) => Promise<void>): Promise<void> {
  const taken: Notice[] = [];
  const server: Server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => {
      body += text;
    });
    request.on('end', () => {
      taken.push(JSON.parse(body));
      const status = statuses[Math.min(taken.length, statuses.length) - 1];
      if (status !== 0) response.writeHead(status, { location: '/elsewhere' }).end('an answer');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    await use(new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/services/SECRET`), taken);
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

describe('a webhook', () => {
  it('gets the event, again after answers that may pass', () =>
    withServer([500, 429, 200], async (url, taken) => {
      const { warnings } = await told([{ kind: 'webhook', url }], [STAGE, FINISHED]);
      assert.deepEqual(warnings, []);
      assert.equal(taken.length, 3);
      assert.equal(taken[2].text, 'small: round 2 finished, its student is the next teacher: student 0.5000');
      assert.deepEqual(taken[0], taken[2]);
    }));

  for (const status of [404, 302])
    it(`that answers ${status} is asked once, and named by its host alone`, () =>
      withServer([status], async (url, taken) => {
        const { warnings } = await told([{ kind: 'webhook', url }], [FINISHED]);
        assert.deepEqual(warnings, [`the webhook at ${url.host} was not told of round-finished: it answered ${status}`]);
        assert.equal(taken.length, 1);
      }));

  it('that goes on failing is asked four times', () =>
    withServer([503], async (url, taken) => {
      const { warnings } = await told([{ kind: 'webhook', url }], [FINISHED]);
      assert.match(warnings[0], /it answered 503$/);
      assert.equal(taken.length, 4);
    }));

  it('that hangs is asked again, each time for a while, and the run does not wait', () =>
    withServer([0], async (url, taken) => {
      const { warnings, toldMs } = await told([{ kind: 'webhook', url }], [FINISHED], { requestTimeoutMs: 200 });
      assert.ok(toldMs < 4 * 200, `telling took ${toldMs} ms`);
      assert.match(warnings[0], /it did not answer in time$/);
      assert.equal(taken.length, 4);
    }));

  it('that nobody listens at any more is said so', async () => {
    let gone = new URL('http://127.0.0.1/');
    await withServer([200], async (url) => {
      gone = url;
    });
    const { warnings } = await told([{ kind: 'webhook', url: gone }], [FINISHED]);
    assert.deepEqual(warnings, [`the webhook at ${gone.host} was not told of round-finished: it cannot be reached: ECONNREFUSED`]);
  });

  it('is given up when the run has ended for long enough; the stack of a failure stays here', () =>
    withServer([0], async (url, taken) => {
      const failed: RunEvent = { kind: 'run-failed', error: { code: 'BUG', message: 'm', hint: 'h', stack: 'at /home' } };
      const { warnings, settledMs } = await told([{ kind: 'webhook', url }], [failed, FINISHED], { settleMs: 300 });
      assert.ok(settledMs < 4000, `settling took ${settledMs} ms`);
      assert.deepEqual(warnings, [
        `the webhook at ${url.host} was not told of round-finished: too much else waits for it, or the run ended`,
        `the webhook at ${url.host} was not told of run-failed: the run ended before it was taken`,
      ]);
      assert.deepEqual(taken[0].facts, { error: { code: 'BUG', message: 'm', hint: 'h' } });
    }));
});

describe('the end of a process', () => {
  const never: NotificationTarget = command('sleep 9');

  it('says whom it waits for, and how long at most', async () => {
    const said: string[] = [];
    const heard = (event: RunEvent) => {
      if (event.kind === 'note' && event.level === 'info') said.push(event.text);
    };
    const notifications = notifying([never, command('true')], SUBJECT, heard, { ...PATIENCE, quietMs: 500, settleMs: 1500 });
    notifications.emit(FINISHED);
    await notifications.settled();
    assert.deepEqual(said, ['still telling the command sleep, for 1.0 s at most; the run is free meanwhile']);
  });

  it('comes, and the others are told, where a failure cannot be noted', () =>
    withFolder(async (folder) => {
      const file = join(folder, 'told');
      let refused = 0;
      const refusing = (event: RunEvent) => {
        if (event.kind !== 'note') return;
        refused++;
        throw new Error('the diary cannot be written');
      };
      const counting = command(`echo >> '${file}'; exit 3`);
      const notifications = notifying([counting, never], SUBJECT, refusing, { ...PATIENCE, quietMs: 300, settleMs: 700 });
      for (const event of [FINISHED, FINISHED, { ...FINISHED }]) notifications.emit(event);
      await notifications.settled();
      assert.equal(readFileSync(file, 'utf8').length, 3);
      // Three of one, three of the other, and that it is waited for.
      assert.equal(refused, 7);
    }));
});

it('an address that is none is refused without being printed', () => {
  for (const [text, got] of [
    ['hooks.example/SECRET', 'a text that is none'],
    ['htps://hooks.example/SECRET', 'one of htps:'],
    ['https://me:SECRET@hooks.example/', 'one with a user name or password'],
  ])
    assert.throws(() => webhookUrl(text), {
      code: 'USAGE_BAD_WEBHOOK',
      message: `Expected a URL of http or https without a user name for --webhook, got ${got}`,
      hint: 'give the address as the service shows it, as https://host/path',
    });
});
