import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { cgroupsOf, cpuQuotaOf, memoryLimitOf, parseCpuMax, parseMemoryLimit, parseReclaimable } from './cgroups.ts';
import { parseMounts } from './mounts.ts';

const UNIFIED = parseMounts('cgroup2 /sys/fs/cgroup cgroup2 rw,nosuid,nodev,noexec,relatime 0 0\n');
const SPLIT = parseMounts(`cgroup /sys/fs/cgroup/cpu,cpuacct cgroup rw,relatime,cpu,cpuacct 0 0
cgroup /sys/fs/cgroup/memory cgroup rw,relatime,memory 0 0
cgroup2 /sys/fs/cgroup/unified cgroup2 rw,relatime 0 0
`);

function cgroupFolder(t: TestContext, files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'selfpaste-cgroup-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

describe('the control groups of a process', () => {
  it('of version 2 are its own and those above', () => {
    const groups = cgroupsOf('0::/user.slice/user-1000.slice/session-3.scope\n', UNIFIED, 'memory');
    assert.deepEqual(
      groups.map(({ folder }) => folder),
      [
        '/sys/fs/cgroup/user.slice/user-1000.slice/session-3.scope',
        '/sys/fs/cgroup/user.slice/user-1000.slice',
        '/sys/fs/cgroup/user.slice',
        '/sys/fs/cgroup',
      ],
    );
    assert.ok(groups.every(({ version }) => version === 2));
  });

  it('of version 1 lie where their controller does, whatever it shares that with', () => {
    const membership = '4:memory:/docker/0123:a\n2:cpu,cpuacct:/docker/0123:a\n1:name=systemd:/\n0::/\n';
    const folders = (controller: 'memory' | 'cpu') =>
      cgroupsOf(membership, SPLIT, controller).map(({ version, folder }) => `${version} ${folder}`);
    assert.deepEqual(folders('cpu'), [
      '1 /sys/fs/cgroup/cpu,cpuacct/docker/0123:a',
      '1 /sys/fs/cgroup/cpu,cpuacct/docker',
      '1 /sys/fs/cgroup/cpu,cpuacct',
      '2 /sys/fs/cgroup/unified',
    ]);
    assert.equal(folders('memory')[0], '1 /sys/fs/cgroup/memory/docker/0123:a');
  });

  it('are none where the system has none, and never lie outside of where they are mounted', () => {
    assert.deepEqual(cgroupsOf('', [], 'memory'), []);
    assert.deepEqual(cgroupsOf('0::/../../elsewhere\n', UNIFIED, 'cpu').at(-1), { version: 2, folder: '/sys/fs/cgroup' });
  });

  it('limit memory or not', () => {
    assert.equal(parseMemoryLimit('max\n'), null);
    assert.equal(parseMemoryLimit('9223372036854771712\n'), null);
    assert.equal(parseMemoryLimit('2147483648\n'), 2 ** 31);
    assert.equal(parseReclaimable('anon 10\nactive_file 5\ninactive_file 4096\n'), 4096);
    assert.equal(parseReclaimable('inactive_file 1\ntotal_inactive_file 8192\n'), 8192);
    assert.equal(parseReclaimable(''), 0);
  });

  it('limit processors or not', () => {
    assert.equal(parseCpuMax('max 100000\n'), null);
    assert.equal(parseCpuMax('-1 100000'), null);
    assert.equal(parseCpuMax('150000 100000\n'), 1.5);
    assert.equal(parseCpuMax('max'), null);
  });

  it('of both versions are asked, and the one that leaves the least counts', async (t) => {
    const folder = cgroupFolder(t, {
      'two/memory.max': '4000000000\n',
      'two/memory.current': '3900000000\n',
      'two/memory.stat': 'anon 100\ninactive_file 900000000\n',
      'two/cpu.max': '50000 100000\n',
      'one/memory.limit_in_bytes': '2000000000\n',
      'one/memory.usage_in_bytes': '1500000000\n',
      'one/cpu.cfs_quota_us': '200000\n',
      'one/cpu.cfs_period_us': '100000\n',
      'none/memory.max': 'max\n',
    });
    const groups = [
      { version: 2, folder: join(folder, 'two') },
      { version: 1, folder: join(folder, 'one') },
      { version: 2, folder: join(folder, 'none') },
      { version: 2, folder: join(folder, 'missing') },
    ] as const;
    const one = { file: join(folder, 'one/memory.limit_in_bytes'), bytes: 2e9, usedBytes: 1.5e9 };
    assert.deepEqual(await memoryLimitOf(groups), one);
    assert.deepEqual(await memoryLimitOf(groups.slice(0, 1)), { file: join(folder, 'two/memory.max'), bytes: 4e9, usedBytes: 3e9 });
    assert.deepEqual(await cpuQuotaOf(groups), { file: join(folder, 'two/cpu.max'), cores: 0.5 });
    assert.deepEqual(await cpuQuotaOf(groups.slice(1)), { file: join(folder, 'one/cpu.cfs_quota_us'), cores: 2 });
    assert.deepEqual([await memoryLimitOf(groups.slice(2)), await cpuQuotaOf(groups.slice(2))], [null, null]);
  });
});
