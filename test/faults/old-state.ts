/** A run that an older version of the program left. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openDatabase } from '../../db/index.ts';
import type { Fault } from './fault.ts';

interface Context {
  readonly stage: string;
  readonly round: number;
  readonly [name: string]: unknown;
}

/** What machine version 3 knew of a run. */
const KEPT = ['round', 'rounds', 'given', 'teacher', 'teacherScore', 'student', 'studentScore', 'promoted', 'failure'] as const;

/** The run's state is written as machine version 3 had it in the same place. */
export function rememberedByVersion3(): Fault {
  return {
    name: 'left by machine version 3',
    async strike(bed, run) {
      if (!bed.hasBegun(run)) return { times: 0, ended: null };
      const db = openDatabase(join(bed.folderOf(run), 'selfpaste.db'), { mode: 'write' });
      try {
        const context = (db.snapshots.latest()?.state as { readonly context: Context } | undefined)?.context;
        if (context === undefined || context.stage === 'decide') return { times: 0, ended: null };
        const golden = JSON.parse(readFileSync(join('test/golden/machine/v3', `${context.stage}-${context.round}.json`), 'utf8'));
        const kept = Object.fromEntries(KEPT.map((name) => [name, context[name]]));
        db.snapshots.add({ atMs: Date.now(), machineVersion: 3, state: { ...golden.state, context: kept } });
        return { times: 1, ended: null };
      } finally {
        db.close();
      }
    },
  };
}
