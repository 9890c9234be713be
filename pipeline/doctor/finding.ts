/** What is checked, in the order in which it is shown. */
export const FINDING_GROUPS = ['parts', 'speed', 'resources', 'disk', 'limits', 'clock', 'terminal'] as const;
export type FindingGroup = (typeof FINDING_GROUPS)[number];
/** Stable: programs may look for it. */
export type FindingId = `${FindingGroup}.${string}`;

/** One thing that a run needs, what was found, and the one command that mends it where it does not do. */
export interface Finding {
  readonly id: FindingId;
  readonly part: string;
  readonly state: 'ok' | 'warning' | 'broken';
  readonly detail: string;
  readonly fix: string | null;
}

export const ok = (id: FindingId, part: string, detail: string): Finding => ({ id, part, state: 'ok', detail, fix: null });

export const warning = (id: FindingId, part: string, detail: string, fix: string): Finding => ({ id, part, state: 'warning', detail, fix });

export const broken = (id: FindingId, part: string, detail: string, fix: string): Finding => ({ id, part, state: 'broken', detail, fix });

export const groupOf = ({ id }: Finding): FindingGroup => id.slice(0, id.indexOf('.')) as FindingGroup;

/** `1.5 GB`, `300 MB`. */
export const inBytes = (bytes: number): string => (bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.round(bytes / 1e6)} MB`);

/** A word as a shell takes it. */
export const quoted = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);

/** Keeps runs on a disk of this machine that a restart leaves alone. */
export const RUNS_ELSEWHERE = 'selfpaste run -c selfpaste.yaml --set runs=/var/tmp/selfpaste-runs';
