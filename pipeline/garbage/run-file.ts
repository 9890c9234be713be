/** What a file of a run's folder is to the run. `foreign` files have names that no run writes: they are somebody else's. */
export type FileRole =
  | 'database'
  | 'backup'
  | 'damaged'
  | 'control'
  | 'best'
  | 'student'
  | 'step-student'
  | 'interim'
  | 'training-set'
  | 'initial'
  | 'checkpoint'
  | 'failed-batch'
  | 'chart'
  | 'parent'
  | 'log'
  | 'old-log'
  | 'unfinished'
  | 'foreign';

/** A file of a run's folder. */
export interface RunFile {
  /** Relative to the run's folder, with `/`. */
  readonly path: string;
  readonly bytes: number;
  readonly role: FileRole;
  /** The round that it belongs to; null where it belongs to the run. */
  readonly round: number | null;
}

type Name = readonly [FileRole, RegExp];

/** Every name that a run writes; the first group is the round. */
const NAMES: readonly Name[] = [
  ['database', /^selfpaste\.db(?:-wal|-shm|-journal)?$/],
  ['backup', /^selfpaste\.v\d+\.backup\.db$/],
  ['damaged', /^selfpaste\.db\.damaged-\d+(?:-wal|-shm)?$/],
  ['control', /^(?:lock\.db(?:-journal)?|owner\.json|owner-[\da-f-]+\.bid|requests\/\d+-\d+\.json)$/],
  ['best', /^models\/best\.(?:onnx|contract\.json)$/],
  ['student', /^models\/round-(\d+)-student\.onnx$/],
  ['step-student', /^models\/round-(\d+)-step-\d+\.onnx$/],
  ['interim', /^models\/round-(\d+)-interim\.onnx$/],
  ['training-set', /^rounds\/round-(\d+)-training-set\.json$/],
  ['initial', /^rounds\/round-(\d+)-initial\.onnx$/],
  ['checkpoint', /^checkpoints\/round-(\d+)\/step-\d+\.checkpoint$/],
  ['failed-batch', /^checkpoints\/round-(\d+)\/(?:failed-batch-step-\d+\.json|failed-step-\d+\.checkpoint)$/],
  ['chart', /^tensorboard\/round-(\d+)\/events\.out\.tfevents\.\d+\.selfpaste$/],
  ['parent', /^(?:parent\/)+(?:selfpaste(?:\.v\d+\.backup)?\.db(?:-wal|-shm|-journal)?|(?:models|rounds|tensorboard)\/.+)$/],
  ['log', /^logs\/run\.ndjson$/],
  ['old-log', /^logs\/run\.\d+\.ndjson$/],
  ['unfinished', /^(?:parent\/)*selfpaste\.(?:v\d+\.backup\.)?db\.\d+\.part(?:-journal)?$/],
  ['unfinished', /^rounds\/round-\d+-training-set\.json\.\d+\.tmp$/],
  ['unfinished', /^owner-[\da-f-]+\.tmp$/],
];

/** `.NAME.UUID.tmp` beside the file that it was to become, as `writeFileAtomic` has it. */
const TEMPORARY = /^((?:.*\/)?)\.([^/]+)\.[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}\.tmp$/;

/** Knows a file by its path in the run's folder. A temporary file is the run's where the file that it was to become is. */
export function runFile(path: string, bytes: number): RunFile {
  const [, folder, name] = TEMPORARY.exec(path) ?? [];
  if (name !== undefined)
    return { path, bytes, role: roleOf(`${folder}${name}`).role === 'foreign' ? 'foreign' : 'unfinished', round: null };
  return { path, bytes, ...roleOf(path) };
}

/** Whether a process that died left this file. While the run is owned, its owner alone may say so. */
export const isUnfinished = (path: string): boolean => runFile(path, 0).role === 'unfinished';

function roleOf(path: string): Pick<RunFile, 'role' | 'round'> {
  for (const [role, pattern] of NAMES) {
    const match = pattern.exec(path);
    if (match !== null) return { role, round: match[1] === undefined ? null : Number(match[1]) };
  }
  return { role: 'foreign', round: null };
}

/** What people call it. */
export type FileKind =
  | 'database'
  | 'database copies'
  | 'models'
  | 'training sets'
  | 'checkpoints'
  | 'failed batches'
  | 'charts'
  | 'parent run'
  | 'logs'
  | 'lock and requests'
  | 'unfinished'
  | 'not ours';

const KINDS: Readonly<Record<FileRole, FileKind>> = {
  database: 'database',
  backup: 'database copies',
  damaged: 'database copies',
  control: 'lock and requests',
  best: 'models',
  student: 'models',
  'step-student': 'models',
  interim: 'models',
  'training-set': 'training sets',
  initial: 'models',
  checkpoint: 'checkpoints',
  'failed-batch': 'failed batches',
  chart: 'charts',
  parent: 'parent run',
  log: 'logs',
  'old-log': 'logs',
  unfinished: 'unfinished',
  foreign: 'not ours',
};

/** Files of one kind together. */
export interface KindSize {
  readonly kind: FileKind;
  readonly files: number;
  readonly bytes: number;
}

/** How much room each kind of files takes, the largest first. */
export function sizesByKind(files: readonly RunFile[]): KindSize[] {
  const sizes = new Map<FileKind, KindSize>();
  for (const { role, bytes } of files) {
    const kind = KINDS[role];
    const before = sizes.get(kind) ?? { kind, files: 0, bytes: 0 };
    sizes.set(kind, { kind, files: before.files + 1, bytes: before.bytes + bytes });
  }
  return [...sizes.values()].sort((a, b) => b.bytes - a.bytes);
}

export const bytesOf = (files: readonly RunFile[]): number => files.reduce((sum, { bytes }) => sum + bytes, 0);
