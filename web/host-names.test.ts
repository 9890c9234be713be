import assert from 'node:assert/strict';
import { test } from 'node:test';
import { errorOf } from '../db/test-database.ts';
import { bareHost, hostName, isLoopback, namesOf, placesOf } from './host-names.ts';

test('a host has one spelling, whatever somebody types', () => {
  const spellings: readonly (readonly [typed: string, name: string])[] = [
    ['LocalHost', 'localhost'],
    ['127.1', '127.0.0.1'],
    ['0', '0.0.0.0'],
    ['0000::', '[::]'],
    ['[::1]', '[::1]'],
    ['::ffff:127.0.0.1', '[::ffff:7f00:1]'],
    ['FE80::1', '[fe80::1]'],
  ];
  for (const [typed, name] of spellings) assert.equal(hostName(typed), name);
  assert.deepEqual([bareHost('[::1]'), bareHost('127.0.0.1')], ['::1', '127.0.0.1']);
});

test('what is no host is refused: above all nothing, which would be all addresses', () => {
  const { code, message, hint } = errorOf(() => hostName(''));
  assert.deepEqual(
    [code, message, hint],
    [
      'USAGE_NO_HOST',
      'Expected a name or an address of this machine for --host, got "" (string)',
      'leave out --host to serve this machine alone, or name an address of it, as in --host 0.0.0.0',
    ],
  );
  for (const host of [' ', '[]', 'a b', 'localhost:80', '[::1]:80', 'me@localhost', 'http://localhost', 'a/b', 'fe80::1%eth0', '300.0.0.1'])
    assert.equal(errorOf(() => hostName(host)).code, 'USAGE_NO_HOST', host);
});

test('only loopback addresses are of this machine alone', () => {
  for (const host of ['localhost', '127.0.0.1', '127.9', '::1', '0:0::1', '::ffff:127.0.0.1']) assert.ok(isLoopback(hostName(host)), host);
  for (const host of ['0', '::', '::ffff:10.0.0.1', '::ffff:0.0.0.0', '10.0.0.1', 'localhost.example', '128.0.0.1', '::2'])
    assert.ok(!isLoopback(hostName(host)), host);
});

test('a server is called by its name; one that listens everywhere by all of the machine, and is found as localhost', () => {
  assert.deepEqual(placesOf(hostName('::ffff:127.0.0.1')), ['[::ffff:7f00:1]']);
  assert.ok(namesOf(hostName('::ffff:127.0.0.1')).has('[::ffff:7f00:1]'));
  for (const everywhere of ['0', '0.0.0.0', '::', '0000::', '::ffff:0.0.0.0'])
    assert.equal(placesOf(hostName(everywhere))[0], 'localhost', everywhere);
});
