/** Files of a run that are damaged or lost while it stands still. */
import { copyFileSync, existsSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Rng } from '../../core/index.ts';
import { lookInto } from '../small-run.ts';
import type { Fault } from './fault.ts';

/** What becomes of a file. */
type Damage = 'truncated' | 'one bit flipped' | 'removed';
export const DAMAGES: readonly Damage[] = ['truncated', 'one bit flipped', 'removed'];

function damage(file: string, how: Damage, chance: Rng): void {
  const bytes = readFileSync(file);
  if (how === 'removed') rmSync(file);
  else if (how === 'truncated') truncateSync(file, chance.integer(bytes.length));
  else {
    const at = chance.integer(bytes.length);
    bytes[at] = (bytes[at] as number) ^ (1 << chance.integer(8));
    writeFileSync(file, bytes);
  }
}

/** Files of a run, damaged where they are there. */
function damaging(name: string, filesOf: (run: string) => readonly string[], harm: (file: string) => void): Fault {
  return {
    name,
    async strike(bed, run) {
      if (!bed.hasBegun(run)) return { times: 0, ended: null };
      const files = filesOf(bed.folderOf(run)).filter((file) => existsSync(file));
      for (const file of files) harm(file);
      return { times: files.length > 0 ? 1 : 0, ended: null };
    },
  };
}

/** The checkpoints of the round that is trained, the newest first. */
function checkpointsOf(run: string): string[] {
  return lookInto(run, (db) => db.checkpoints.ofRound(db.rounds.latest()?.index ?? 0).map(({ path }) => join(run, path)));
}

/** @param count how many of the newest */
export function damagedCheckpoints(count: number, how: Damage, chance: Rng): Fault {
  const which = count === 1 ? 'newest checkpoint' : `newest ${count} checkpoints`;
  return damaging(
    `${which} ${how}`,
    (run) => checkpointsOf(run).slice(0, count),
    (file) => damage(file, how, chance),
  );
}

/** The newest checkpoint gets the bytes of the one before it: whole, and yet not the one that its row speaks of. */
export function olderCheckpointInPlace(): Fault {
  return {
    name: 'newest checkpoint replaced by an older one',
    async strike(bed, run) {
      if (!bed.hasBegun(run)) return { times: 0, ended: null };
      const [newest, older] = checkpointsOf(bed.folderOf(run));
      if (newest === undefined || older === undefined || !existsSync(older)) return { times: 0, ended: null };
      copyFileSync(older, newest);
      return { times: 1, ended: null };
    },
  };
}

/** The copy of the best model; it is made again from the teacher's file. */
export function damagedBest(how: Damage, chance: Rng): Fault {
  return damaging(
    `best.onnx ${how}`,
    (run) => [join(run, 'models/best.onnx')],
    (file) => damage(file, how, chance),
  );
}

/** The student of the round in which the run is, registered or not. */
export function damagedStudent(how: Damage, chance: Rng): Fault {
  return damaging(
    `the round's student ${how}`,
    (run) => [join(run, `models/round-${lookInto(run, (db) => db.rounds.latest()?.index ?? 0)}-student.onnx`)],
    (file) => damage(file, how, chance),
  );
}

/** The model that labels; best.onnx is a copy of it. */
export function damagedTeacher(how: Damage, chance: Rng): Fault {
  return damaging(`the teacher's file ${how}`, teacherOf, (file) => damage(file, how, chance));
}

function teacherOf(run: string): string[] {
  return lookInto(run, (db) => {
    const teacher = db.rounds.latest()?.teacher ?? null;
    const path = teacher === null ? undefined : db.models.byId(teacher)?.path;
    return path === undefined ? [] : [join(run, path)];
  });
}
