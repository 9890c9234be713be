import type { Mount } from '../host/mounts.ts';
import { type Finding, ok, RUNS_ELSEWHERE, warning } from './finding.ts';

/** What a file system is to a run. */
type Nature = 'local' | 'network' | 'bridged' | 'memory' | 'layered';

const NETWORK = /^(nfs4?|cifs|smb3|smbfs|ncpfs|afs|coda|ceph|lustre|beegfs|gpfs|glusterfs|ocfs2|gfs2)$/;
/** Programs that show another machine's files, or an object store, as a folder. */
const BRIDGED = /^(fuse\..+|fuse|9p|virtiofs|drvfs|vboxsf|prl_fs)$/;
/** FUSE in name only: disks of this machine. */
const LOCAL_FUSE = /^(fuseblk|fuse\.(ntfs|ntfs-3g|exfat|ext2|zfs|mergerfs))$/;
const MEMORY = /^(tmpfs|ramfs)$/;
const LAYERED = /^(overlay|aufs|fuse-overlayfs|fuse\.fuse-overlayfs)$/;

export function natureOf(type: string): Nature {
  if (LAYERED.test(type)) return 'layered';
  if (LOCAL_FUSE.test(type)) return 'local';
  if (NETWORK.test(type)) return 'network';
  if (BRIDGED.test(type)) return 'bridged';
  return MEMORY.test(type) ? 'memory' : 'local';
}

const MEANINGS: Readonly<Record<Exclude<Nature, 'local' | 'layered'>, string>> = {
  network:
    'a network file system. The write-ahead log of SQLite does not work between hosts, and locks are only as good as the server: keep the run on a local disk and copy it when it is done',
  bridged:
    "another system's files, through a bridge that may lack locks, shared memory or flushing: keep the run on a local disk and copy it when it is done",
  memory: 'in memory: a restart of the machine loses the run, and its files take from the memory that training needs',
};

/** What kind of file system a folder lies on, and what that means for a run. Undefined where the system does not say. */
export function judgeFileSystem(mount: Mount | undefined): readonly Finding[] {
  if (mount === undefined) return [];
  const [id, part] = ['disk.fileSystem', 'file system'] as const;
  const where = `${mount.type} on ${mount.folder} (${mount.source})`;
  const nature = natureOf(mount.type);
  if (nature === 'local') return [ok(id, part, where)];
  if (nature === 'layered')
    return [
      ok(id, part, `${where}: the layer of a container. What is written here goes with the container, unless it is copied out before`),
    ];
  return [warning(id, part, `${where}: ${MEANINGS[nature]}`, RUNS_ELSEWHERE)];
}
