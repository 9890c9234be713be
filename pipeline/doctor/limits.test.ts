import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { judgeLimits, judgeShared, parseLimits } from './limits.ts';

/** As Linux writes it. */
const GENEROUS = `Limit                     Soft Limit           Hard Limit           Units     
Max cpu time              unlimited            unlimited            seconds   
Max file size             unlimited            unlimited            bytes     
Max data size             unlimited            unlimited            bytes     
Max core file size        0                    unlimited            bytes     
Max processes             96365                96365                processes 
Max open files            20000                20000                files     
Max address space         unlimited            unlimited            bytes     
Max nice priority         0                    0                    
`;

const judged = (text: string) => judgeLimits(parseLimits(text));
const worst = (text: string) => judged(text).find(({ state }) => state !== 'ok');

describe('the limits of a process', () => {
  it('are read with their names, soft and hard', () => {
    const limits = parseLimits(GENEROUS);
    assert.deepEqual(limits.get('Max core file size'), { soft: 0, hard: Number.POSITIVE_INFINITY });
    assert.deepEqual(limits.get('Max open files'), { soft: 20000, hard: 20000 });
    assert.deepEqual(limits.get('Max nice priority'), { soft: 0, hard: 0 });
    assert.equal(limits.size, 8);
  });

  it('are no problem where they are generous', () => {
    assert.deepEqual(
      judged(GENEROUS).map(({ id, state, fix }) => [id, state, fix]),
      ['openFiles', 'processes', 'fileSize', 'addressSpace', 'cpuTime', 'coreFiles'].map((name) => [`limits.${name}`, 'ok', null]),
    );
  });

  it('are raised by the shell up to the hard limit, and past that by the administrator', () => {
    const files = (soft: string, hard: string) => worst(`Max open files            ${soft.padEnd(20)} ${hard.padEnd(20)} files`);
    assert.equal(files('256', '1048576')?.fix, 'ulimit -n 8192');
    assert.equal(files('256', '4096')?.fix, 'sudo prlimit --pid $$ --nofile=8192:8192');
    assert.equal(files('256', '4096')?.detail, 'at most 256: pictures, databases and the channels of child processes are files');
    assert.equal(files('1024', '4096'), undefined);
  });

  it('on files, address space and processor time are best none at all', () => {
    assert.equal(worst('Max file size             1048576              unlimited            bytes')?.fix, 'ulimit -f unlimited');
    assert.equal(
      worst('Max address space         34359738368          34359738368          bytes')?.fix,
      'sudo prlimit --pid $$ --as=unlimited:unlimited',
    );
    assert.equal(worst('Max cpu time              3600                 unlimited            seconds')?.id, 'limits.cpuTime');
  });

  it('are not judged where the system states none', () => {
    assert.deepEqual(judged(''), []);
  });
});

describe('what programs share', () => {
  it('is named where there is little of it, with the command that gives more', () => {
    const found = judgeShared({ sharedMemoryBytes: 16e6, inotifyWatches: 1024, inotifyInstances: 16 });
    assert.deepEqual(
      found.map(({ state, fix }) => [state, fix]),
      [
        ['warning', 'sudo mount -o remount,size=1G /dev/shm'],
        ['warning', 'sudo sysctl fs.inotify.max_user_watches=524288'],
        ['warning', 'sudo sysctl fs.inotify.max_user_instances=512'],
      ],
    );
  });

  it('is no problem as Linux has it unless told otherwise, and is not judged where there is none', () => {
    const usual = judgeShared({ sharedMemoryBytes: 2 ** 26, inotifyWatches: 8192, inotifyInstances: 128 });
    assert.deepEqual(new Set(usual.map(({ state }) => state)), new Set(['ok']));
    assert.deepEqual(judgeShared({ sharedMemoryBytes: null, inotifyWatches: null, inotifyInstances: null }), []);
  });
});
