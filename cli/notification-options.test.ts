import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { Command } from 'commander';
import type { RunEvent } from '../pipeline/index.ts';
import { withFolder } from '../test/small-run.ts';
import { type NotificationOptions, notificationOptions, notifications } from './notification-options.ts';

const parsed = (...words: readonly string[]): NotificationOptions =>
  notificationOptions(new Command()).exitOverride().parse(words, { from: 'user' }).opts<NotificationOptions>();

it('may be given again, and is nothing by default', () => {
  assert.deepEqual(parsed(), { onEvent: [], webhook: [] });
  const { onEvent, webhook } = parsed('--on-event', 'a b', '--webhook', 'https://x.example/1', '--on-event', 'c', '--webhook', 'http://y/');
  assert.deepEqual(onEvent, ['a b', 'c']);
  assert.deepEqual(webhook.map(String), ['https://x.example/1', 'http://y/']);
});

it('a bad address is told in our way', () => {
  assert.throws(() => parsed('--webhook', 'mailto:me@example.org'), { code: 'USAGE_BAD_WEBHOOK' });
});

it('commands are told of the run by the name of its folder', () =>
  withFolder(async (folder) => {
    const heard: RunEvent[] = [];
    const finished: RunEvent = { kind: 'run-finished', facts: {} };
    const { emit, settled } = notifications(parsed('--on-event', `echo "$SELFPASTE_RUN" > '${folder}/told'`), '/runs/night', (event) =>
      heard.push(event),
    );
    emit(finished);
    await settled();
    assert.deepEqual(heard, [finished]);
    assert.equal(readFileSync(join(folder, 'told'), 'utf8'), 'night\n');
  }));
