import { existsSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ResolvedConfig } from '../config/index.ts';
import type { ModelId } from '../core/index.ts';
import { openDatabase, type RunDatabase, type Subset } from '../db/index.ts';
import { anchorCount, type BackendFacts } from '../student/index.ts';
import { probeBackend } from './processes/probe-backend.ts';
import type { RunEvent } from './progress.ts';
import { runFolder } from './run-folder.ts';
import { adoptTeacher } from './stages/adopt-teacher.ts';
import { importData } from './stages/import-data.ts';
import type { StageContext } from './stages/stage.ts';
import { buildPlanned, planStudent, type StudentPlan } from './student-plan.ts';

/** What a run will do, found out without starting it. */
export interface RunPlan {
  readonly folder: string;
  readonly images: Readonly<Record<Subset, number>>;
  readonly donors: number;
  readonly categories: number;
  /** What was left out or repaired, by reason. */
  readonly leftOut: Readonly<Record<string, number>>;
  readonly warnings: readonly string[];
  readonly rounds: readonly { readonly round: number; readonly stages: readonly string[] }[];
  readonly student: { readonly parameters: number; readonly anchors: number; readonly why: string };
  readonly backend: BackendFacts;
  readonly disk: { readonly neededBytes: number; readonly freeBytes: number };
}

/** Checks data, model and settings by importing them into a database that is thrown away. Throws what the run would throw. */
export async function planRun(config: ResolvedConfig): Promise<RunPlan> {
  const scratch = mkdtempSync(join(tmpdir(), 'selfpaste-plan-'));
  const db = openDatabase(join(scratch, 'selfpaste.db'), { mode: 'create' });
  try {
    return await examine(config, db, scratch);
  } finally {
    db.close();
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function examine(config: ResolvedConfig, db: RunDatabase, scratch: string): Promise<RunPlan> {
  const warnings: string[] = [];
  const emit = (event: RunEvent) => {
    if (event.kind === 'note' && event.level === 'warn') warnings.push(event.text);
  };
  const context: StageContext = { db, config, folder: runFolder(scratch), emit, stop: new AbortController().signal };
  await importData(context);
  if (config.teacher.model !== null) await adoptTeacher(context, { round: 0, teacher: null as ModelId | null });
  const plan = await planStudent(config, db);
  const student = buildPlanned(plan, 0);
  const parameters = student.graph.initializers.reduce((sum, { dims }) => sum + dims.reduce((product, dim) => product * dim, 1), 0);
  const rounds = roundsOf(config);
  return {
    folder: config.runFolder,
    images: db.images.count(),
    donors: db.groundTruths.countDonors(),
    categories: db.categories.all().length,
    leftOut: db.quarantine.countByReason(),
    warnings,
    rounds,
    student: { parameters, anchors: anchorCount(plan.student), why: whyOf(plan, config) },
    backend: await probeBackend(config.train.backend, config.train),
    disk: { neededBytes: diskBytes(db, parameters, rounds.length), freeBytes: freeBytes(config.runFolder) },
  };
}

/** What is planned is what random weights would be; a round that has a teacher may begin with that. */
function whyOf({ why }: StudentPlan, { student }: ResolvedConfig): string {
  return student.init === 'teacher' ? `${why}; a round with a teacher starts from that, where it can` : why;
}

function roundsOf({ rounds, data, teacher }: ResolvedConfig): RunPlan['rounds'] {
  const first = { round: 0, stages: ['import', teacher.model === null ? 'train' : 'adopt', 'evaluate', 'promote'] };
  const later = Array.from({ length: data.unlabeled === null ? 0 : rounds }, (_, index) => ({
    round: index + 1,
    stages: ['label', 'select', 'train', 'evaluate', 'promote'],
  }));
  return [first, ...later];
}

/** Rows of about 310 bytes, 100 predictions a picture and round; per round three checkpoints of five vectors, and three models. */
function diskBytes(db: RunDatabase, parameters: number, rounds: number): number {
  const { labeled, validation, unlabeled } = db.images.count();
  const rows = (labeled + validation) * 50 + unlabeled * 100 * (rounds - 1);
  return rows * 310 + rounds * parameters * 4 * 18;
}

function freeBytes(folder: string): number {
  let existing = folder;
  while (!existsSync(existing)) existing = dirname(existing);
  const { bavail, bsize } = statfsSync(existing);
  return bavail * bsize;
}
