import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { judgeMemory, judgeProcessors, type MemoryFacts } from './resources.ts';

const ROOMY: MemoryFacts = { totalBytes: 16e9, availableBytes: 12e9, swapBytes: 4e9, limit: null, container: null };
const problems = (facts: Partial<MemoryFacts>) => judgeMemory({ ...ROOMY, ...facts }).filter(({ state }) => state !== 'ok');
const LIMIT = { file: '/sys/fs/cgroup/app/memory.max', bytes: 2e9, usedBytes: 1e9 };

describe('memory', () => {
  it('that holds a labeling process and the trainer is enough', () => {
    assert.deepEqual(problems({}), []);
    assert.deepEqual(problems({ availableBytes: 1.7e9, swapBytes: 0 }), []);
    assert.deepEqual(problems({ limit: { ...LIMIT, bytes: 4e9 } }), []);
  });

  it('that others have taken is named, with the command that shows them', () => {
    const [{ id, detail, fix }] = problems({ availableBytes: 1.6e9 });
    assert.equal(id, 'resources.memory');
    assert.match(detail, /^1\.6 GB available of 16\.0 GB; a run takes about 1\.7 GB: 600 MB for each labeling process, 1\.1 GB to train/);
    assert.equal(fix, 'ps -eo pid,rss,comm --sort=-rss | head');
  });

  it('that a control group limits is named, with the command that raises it', () => {
    const [{ id, detail, fix }] = problems({ limit: LIMIT });
    assert.equal(id, 'resources.memoryLimit');
    assert.match(detail, /^2\.0 GB \(\/sys\/fs\/cgroup\/app\/memory\.max\), of which 1\.0 GB are used/);
    assert.equal(fix, 'echo 4G | sudo tee /sys/fs/cgroup/app/memory.max');
    assert.equal(problems({ limit: LIMIT, container: '4f3c' })[0]?.fix, 'docker update --memory=4g --memory-swap=4g 4f3c');
  });

  it('is not limited by a group that may have more than there is', () => {
    assert.deepEqual(problems({ limit: { ...LIMIT, bytes: 16e9, usedBytes: 16e9 } }), []);
  });
});

describe('processors', () => {
  const judged = (cores: number, quota: number | null, load = 0) =>
    judgeProcessors({ cores, quota: quota === null ? null : { file: '/sys/fs/cgroup/cpu.max', cores: quota }, load });

  it('that a quota keeps from being used want fewer threads', () => {
    const [{ state, detail, fix }] = judged(8, 2.5);
    assert.equal(state, 'warning');
    assert.match(detail, /^8 cores, but this process may use 2\.5 of them \(\/sys\/fs\/cgroup\/cpu\.max\)/);
    assert.equal(fix, 'selfpaste run -c selfpaste.yaml --set train.threads=2 --set teacher.processes=2');
    assert.match(judged(8, 0.5)[0]?.fix ?? '', /train\.threads=1 --set teacher\.processes=1$/);
  });

  it('without a quota, or with one as large, are all used', () => {
    for (const quota of [null, 8, 16]) assert.equal(judged(8, quota)[0]?.state, 'ok');
  });

  it('that others keep busy are named', () => {
    assert.equal(judged(2, null, 2)[1]?.state, 'ok');
    assert.equal(judged(2, null, 2.1)[1]?.state, 'warning');
    assert.equal(judged(8, 1, 2)[1]?.state, 'warning');
  });
});
