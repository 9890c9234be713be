import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { mountOf, parseMounts } from '../host/mounts.ts';
import { judgeFileSystem } from './file-system.ts';

const MOUNTS = parseMounts(String.raw`/dev/vda / ext4 rw,relatime 0 0
proc /proc proc rw,relatime 0 0
server:/export/runs /mnt/nfs nfs4 rw,relatime,vers=4.2 0 0
//server/share /mnt/my\040share cifs rw 0 0
me@host:/data /mnt/ssh fuse.sshfs rw,nosuid,nodev 0 0
tmpfs /mnt/nfs/fast tmpfs rw 0 0
overlay /layers overlay rw,lowerdir=/a,upperdir=/b 0 0
/dev/sdb1 /mnt/usb fuseblk rw 0 0
/dev/vdb /mnt/usb xfs rw 0 0
`);

const stateAt = (path: string) => judgeFileSystem(mountOf(path, MOUNTS))[0]?.state;

describe('the file system of a folder', () => {
  it('is that of the deepest mount above it, and of two at one place the later one', () => {
    assert.equal(mountOf('/home/me/runs', MOUNTS)?.type, 'ext4');
    assert.equal(mountOf('/mnt/nfs', MOUNTS)?.type, 'nfs4');
    assert.equal(mountOf('/mnt/nfs2/runs', MOUNTS)?.type, 'ext4');
    assert.equal(mountOf('/mnt/nfs/fast/runs', MOUNTS)?.type, 'tmpfs');
    assert.equal(mountOf('/mnt/my share/runs', MOUNTS)?.source, '//server/share');
    assert.equal(mountOf('/mnt/usb', MOUNTS)?.type, 'xfs');
    assert.equal(mountOf('/runs', []), undefined);
  });

  it('is named where it is a network, with what that means and another place for runs', () => {
    const [{ state, detail, fix }] = judgeFileSystem(mountOf('/mnt/nfs/runs', MOUNTS));
    assert.equal(state, 'warning');
    assert.match(
      detail,
      /^nfs4 on \/mnt\/nfs \(server:\/export\/runs\): a network file system\. The write-ahead log .* does not work between hosts/,
    );
    assert.equal(fix, 'selfpaste run -c selfpaste.yaml --set runs=/var/tmp/selfpaste-runs');
  });

  it('is a problem as a bridge or as memory, and none as a disk or a layer', () => {
    assert.equal(stateAt('/mnt/my share'), 'warning');
    assert.equal(stateAt('/mnt/ssh/runs'), 'warning');
    assert.equal(stateAt('/mnt/nfs/fast'), 'warning');
    assert.equal(stateAt('/layers/runs'), 'ok');
    assert.equal(stateAt('/home'), 'ok');
    assert.deepEqual(judgeFileSystem(undefined), []);
  });

  it('is a disk, too, where a driver in user space reads it', () => {
    const [finding] = judgeFileSystem({ source: '/dev/sdb1', folder: '/mnt/usb', type: 'fuseblk' });
    assert.equal(finding.state, 'ok');
  });
});
