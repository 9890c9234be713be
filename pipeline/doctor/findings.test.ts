import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { describe, it } from 'node:test';
import { SelfpasteError } from '../../core/index.ts';
import { inBytes, quoted } from './finding.ts';
import { judgeNode } from './parts.ts';
import { judgeTraining, speedFix } from './speed.ts';
import { judgeTerminal } from './terminal.ts';

describe('a terminal', () => {
  it('that may be closed is a fact, with the command that keeps a run going', () => {
    const { state, fix } = judgeTerminal({ interactive: true, environment: {} });
    assert.deepEqual([state, fix], ['ok', 'tmux new -s selfpaste']);
  });

  it('inside tmux or screen, or none at all, needs nothing', () => {
    assert.match(judgeTerminal({ interactive: true, environment: { TMUX: '/tmp/tmux-0/default,1,0' } }).detail, /^in tmux/);
    assert.match(judgeTerminal({ interactive: true, environment: { STY: '123.pts-0.host' } }).detail, /^in screen/);
    assert.equal(judgeTerminal({ interactive: false, environment: {} }).fix, null);
  });
});

describe('speed', () => {
  const student = {
    classNames: ['cat'],
    inputSize: 320,
    strides: { levels: [8, 16, 32], prototype: 4 },
    prototypes: 32,
    size: 'n',
  } as const;
  const speed = { stepMs: 250, steps: 12, peakRssBytes: 776e6 };

  it('is told as it was measured', () => {
    const backend = { name: 'native', version: 'tfjs', threads: 2, why: 'it loads' } as const;
    const { state, detail } = judgeTraining({ ...speed, backend }, student, 4);
    assert.equal(state, 'ok');
    assert.equal(detail, '250 ms a step, 16.0 pictures a second: selfpaste-n at 320 px, batch 4, native, 2 threads, 776 MB memory');
  });

  it('of WebAssembly is a problem, with the command that sets up the other backend', () => {
    const backend = { name: 'wasm', version: 'tfjs', threads: 1, why: 'native does not load' } as const;
    const { state, detail, fix } = judgeTraining({ ...speed, backend }, student, 4);
    assert.equal(state, 'warning');
    assert.match(detail, /wasm, 1 thread, .* native TensorFlow would be four to five times as fast$/);
    assert.equal(fix, 'rm -f node_modules/.selfpaste/tensorflow && node scripts/bootstrap.mjs');
  });

  it('that cannot be measured is mended by why: the kernel, the disk, the installation', () => {
    const fixOf = (work: () => unknown): string => {
      try {
        work();
      } catch (error) {
        return speedFix(error);
      }
      throw new assert.AssertionError({ message: 'expected an error' });
    };
    const refuse = (code: SelfpasteError['code']) => () => {
      throw new SelfpasteError(code, 'it does not', 'mend it');
    };
    assert.match(fixOf(refuse('ENVIRONMENT_CHILD_DIED')), /^sudo dmesg/);
    assert.equal(
      fixOf(() => readFileSync('/nowhere/at/all')),
      `df -h ${tmpdir()}`,
    );
    assert.equal(fixOf(refuse('ENVIRONMENT_NO_ONNXRUNTIME')), 'rm -rf node_modules && node scripts/bootstrap.mjs');
  });
});

describe('words', () => {
  it('keep sizes short and paths whole', () => {
    assert.deepEqual([999e6, 1e9, 0].map(inBytes), ['999 MB', '1.0 GB', '0 MB']);
    assert.deepEqual(['/runs/a-b', '/my runs', "it's", '$(x)'].map(quoted), ['/runs/a-b', "'/my runs'", "'it'\\''s'", "'$(x)'"]);
  });

  it('name the Node that is too old', () => {
    assert.equal(judgeNode('20.9.0').state, 'ok');
    assert.equal(judgeNode('24.0.0').state, 'ok');
    assert.deepEqual(judgeNode('20.8.1'), {
      id: 'parts.node',
      part: 'Node',
      state: 'broken',
      detail: 'v20.8.1; selfpaste needs 20.9 or later',
      fix: 'nvm install 20',
    });
  });
});
