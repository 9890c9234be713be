import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { SelfpasteError } from '../../core/index.ts';
import { withFolder } from '../../test/small-run.ts';
import type { RunEvent } from '../progress.ts';
import { heard } from './run-voice.ts';

const note = (text: string): RunEvent => ({ kind: 'note', round: null, level: 'info', text });
const damaged = new SelfpasteError('MODEL_DAMAGED', 'Expected a model, got a damaged one', 'bring it back');

describe('the voice of a run', () => {
  it('tells once what the work failed with, also before there was a database, and keeps the error', () =>
    withFolder(async (folder) => {
      const events: RunEvent[] = [];
      const notify = [{ kind: 'command', command: `cat > '${folder}/told'` }] as const;
      const work = heard('/runs/night', 'night', { emit: (event) => events.push(event), notify }, async () => {
        throw damaged;
      });
      await assert.rejects(work, { code: 'MODEL_DAMAGED' });
      assert.deepEqual(
        events.map(({ kind }) => kind),
        ['run-failed'],
      );
      const told = JSON.parse(readFileSync(join(folder, 'told'), 'utf8'));
      assert.deepEqual([told.event, told.run], ['run-failed', 'night']);
    }));

  it('does not tell a failure twice', async () => {
    const events: RunEvent[] = [];
    const work = heard('/runs/night', 'night', { emit: (event) => events.push(event), notify: [] }, async ({ emit }) => {
      emit({ kind: 'run-failed', error: { code: 'X', message: 'y', hint: 'z' } });
      throw damaged;
    });
    await assert.rejects(work);
    assert.equal(events.length, 1);
  });

  it('passes events through what it is told to, and what was not delivered, too', async () => {
    const [plain, logged]: string[][] = [[], []];
    const textOf = (event: RunEvent) => (event.kind === 'note' ? event.text : event.kind);
    const notify = [{ kind: 'command', command: 'exit 3' }] as const;
    await heard('/runs/night', 'night', { emit: (event) => plain.push(textOf(event)), notify }, async ({ emit }, voice) => {
      emit(note('before'));
      voice.through((next) => (event) => {
        logged.push(textOf(event));
        next(event);
      });
      emit({ kind: 'run-finished', facts: {} });
    });
    assert.deepEqual(plain.slice(0, 2), ['before', 'run-finished']);
    assert.deepEqual(logged, plain.slice(1));
    assert.match(logged[1], /was not told of run-finished/);
  });
});
