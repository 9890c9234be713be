import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Command } from 'commander';
import { type NotificationOptions, notificationOptions, notificationTargets } from './notification-options.ts';

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

it('are the targets of notices', () => {
  const targets = notificationTargets(parsed('--webhook', 'https://x.example/1', '--on-event', 'mail'));
  assert.deepEqual(targets, [
    { kind: 'command', command: 'mail' },
    { kind: 'webhook', url: new URL('https://x.example/1') },
  ]);
});
