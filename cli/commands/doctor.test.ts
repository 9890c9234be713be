import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { DoctorReport, Finding } from '../../pipeline/index.ts';
import { doctorText } from './doctor.ts';

const finding = (id: Finding['id'], part: string, state: Finding['state'], fix: string | null = null): Finding => ({
  ...{ id, part, state, detail: `about ${part}`, fix },
});
const report = (...findings: Finding[]): DoctorReport => ({
  ...{ selfpaste: '1.2.3', node: 'v20.20.2', platform: 'linux-x64', cores: 2, memoryBytes: 8e9, findings },
});

describe('what doctor prints', () => {
  it('has headings, columns, and the command below what it mends', () => {
    const text = doctorText(
      report(
        finding('parts.node', 'Node', 'ok'),
        finding('disk.space', 'free space', 'broken', 'du -xhd 2 /runs'),
        finding('limits.openFiles', 'open files', 'warning', 'ulimit -n 8192'),
      ),
    );
    assert.equal(
      text,
      `selfpaste 1.2.3, Node v20.20.2, linux-x64, 2 cores, 8.0 GB memory

Native parts
  ok       Node        about Node

Disk
  broken   free space  about free space
                       $ du -xhd 2 /runs

Limits
  warning  open files  about open files
                       $ ulimit -n 8192

1 broken, 1 to look at: a run will not get through the night like this.`,
    );
  });

  it('ends with what it comes to', () => {
    assert.match(doctorText(report(finding('parts.node', 'Node', 'ok'))), /\n\nReady for a night\.$/);
    assert.match(doctorText(report(finding('clock.time', 'time', 'warning', 'x'))), /\n\nNothing is broken, 1 to look at\.$/);
  });

  it('never steers the terminal by the names of folders', () => {
    assert.ok(!doctorText(report(finding('disk.space', 'free space', 'ok', 'du /\u001b[2J'))).includes('\u001b'));
  });
});
