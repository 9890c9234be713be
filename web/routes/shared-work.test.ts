import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SharedWork } from './shared-work.ts';

/** Works that end when they are told to, and what became of them. */
function works(most = 2) {
  const begun: { readonly key: string; readonly signal: AbortSignal; readonly end: () => void }[] = [];
  const shared = new SharedWork<string>(most);
  const ask = (key: string, waiter = new AbortController().signal) =>
    shared.of(
      key,
      waiter,
      (signal) =>
        new Promise((resolve, reject) => {
          begun.push({ key, signal, end: () => resolve(`${key} ${begun.length}`) });
          signal.addEventListener('abort', () => reject(signal.reason));
        }),
    );
  return { begun, ask, keys: () => begun.map(({ key }) => key).join('') };
}

test('what several ask for is done once, and what others ask for meanwhile does not end it', async () => {
  const { begun, ask, keys } = works();
  const answers = [ask('a'), ask('b'), ask('a'), ask('c'), ask('d')];
  assert.equal(keys(), 'abcd');
  for (const { end } of begun) end();
  assert.deepEqual(await Promise.all(answers), ['a 4', 'b 4', 'a 4', 'c 4', 'd 4']);
});

test('the results of the keys that were asked for last stay', async () => {
  const { begun, ask, keys } = works();
  const answer = async (key: string) => {
    const given = ask(key);
    begun.at(-1)?.end();
    return await given;
  };
  for (const key of ['a', 'b', 'a', 'c', 'a', 'b']) await answer(key);
  assert.equal(keys(), 'abcb', 'b gave way to c, and not a');
});

test('work ends when the last one who waits goes, and who asks then begins it anew', async () => {
  const { begun, ask, keys } = works();
  const [first, second] = [new AbortController(), new AbortController()];
  const answers = [ask('a', first.signal), ask('a', second.signal)];
  first.abort(new Error('first went'));
  assert.equal(begun[0]?.signal.aborted, false);
  second.abort(new Error('second went'));
  const again = ask('a');
  for (const answer of answers) await assert.rejects(answer, /second went/);
  assert.equal(keys(), 'aa');
  begun[1]?.end();
  assert.equal(await again, 'a 2');
  await assert.rejects(ask('a', AbortSignal.abort(new Error('is gone'))), /is gone/);
});

test('work that failed is done again when it is asked for again', async () => {
  const shared = new SharedWork<number>(2);
  let tries = 0;
  const ask = () =>
    shared.of('a', new AbortController().signal, async () => {
      if (++tries === 1) throw new Error('no luck');
      return tries;
    });
  await assert.rejects(ask(), /no luck/);
  assert.equal(await ask(), 2);
});
