/** Which faults come over runs, and when: pure functions of a seed. */
import { type Rng, stream } from '../../core/index.ts';
import { COMMIT_POINTS, type CommitPoint } from '../../pipeline/index.ts';
import { SCENES } from '../small-run.ts';
import { clockSetBack, suspended } from './clocks.ts';
import { DAMAGES, damagedBest, damagedCheckpoints, damagedStudent, damagedTeacher, olderCheckpointInPlace } from './damage.ts';
import { fullAfter, readOnlyAfter } from './disk.ts';
import type { Fault } from './fault.ts';
import type { Pace } from './fault-bed.ts';
import { killAtPoint, killChildren, killsOver } from './kills.ts';
import { databaseHeldAfter, lockDeletedAfter } from './locks.ts';
import { rememberedByVersion3 } from './old-state.ts';

/** Points that no run of the bed's own passes by: those of a given teacher. */
export const GIVEN_POINTS: readonly CommitPoint[] = ['given-model-registered'];
/** One run can be killed in all of these, one after the other: they are in the order in which it comes by. */
export const RUN_POINTS: readonly CommitPoint[] = COMMIT_POINTS.filter((point) => !GIVEN_POINTS.includes(point));

/** Those that come in each round, once labels are selected. */
const LATER_POINTS = RUN_POINTS.slice(RUN_POINTS.indexOf('initial-student-written'), RUN_POINTS.indexOf('garbage-file-removed'));
const UNLABELED = SCENES.unlabeled;
/** Points that one process passes often, in the order in which a run comes by, and up to which pass it is killed there. */
const OFTEN_PASSED: readonly (readonly [CommitPoint, number])[] = [
  ['image-imported', SCENES.labeled + SCENES.validation + UNLABELED],
  ['event-recorded', 6],
  ['snapshot-committed', 2],
  ['checkpoint-row-recorded', 4],
  ['checkpoint-file-written', 5],
  ['progress-recorded', 2],
  ['attempt-recorded', UNLABELED],
  ['image-selected', UNLABELED],
  ['stage-time-recorded', 2],
];

/** A dozen faults of every kind, in the order in which one run can meet them all. */
export function shortPlan(seed: number, { runMs, startMs }: Pace): Fault[] {
  const chance = stream(seed, 'short plan');
  const soon = () => startMs * chance.uniform(0.8, 1.3);
  return [
    killAtPoint('image-imported', 1 + chance.integer(20)),
    ...killsOver(chance, 1, runMs / 4, startMs),
    killAtPoint('checkpoint-row-recorded', 2 + chance.integer(3)),
    damagedCheckpoints(1, pick(DAMAGES, chance), chance),
    suspended('orchestrator', soon(), 1000),
    killAtPoint('student-registered', 1),
    damagedStudent(pick(DAMAGES, chance), chance),
    fullAfter(soon()),
    killAtPoint('best-model-copied', 1),
    killAtPoint('attempt-recorded', 1 + chance.integer(6)),
    damagedTeacher(pick(DAMAGES, chance), chance),
    lockDeletedAfter(0),
    rememberedByVersion3(),
    readOnlyAfter(soon()),
    clockSetBack(),
    killChildren('trainer', [0]),
  ];
}

/** Hundreds of faults. */
export function longPlan(seed: number, pace: Pace): Fault[] {
  const chance = stream(seed, 'long plan');
  const { runMs, startMs } = pace;
  const soon = () => chance.uniform(0, runMs / 8);
  return [
    ...RUN_POINTS.map((point) => killAtPoint(point, 1)),
    killAtPoint('attempt-recorded', UNLABELED),
    ...LATER_POINTS.map((point) => killAtPoint(point, 1)),
    ...repeated(4, () => OFTEN_PASSED.map(([point, most]) => killAtPoint(point, 1 + chance.integer(most)))).flat(),
    ...repeated(20, () => killsOver(chance, 5, runMs, startMs)).flat(),
    ...repeated(8, () => killChildren('labeler', repeated(4, soon))),
    ...repeated(8, () => killChildren('trainer', repeated(4, soon))),
    ...repeated(4, () => [fullAfter(4 * soon()), readOnlyAfter(4 * soon())]).flat(),
    ...repeated(3, () => lockFaults(chance, soon)).flat(),
    ...repeated(5, () => damages(chance)).flat(),
    ...repeated(3, () => clockFaults(chance, soon)).flat(),
  ];
}

/** Kills bring the run to where the others mean something. */
function lockFaults(chance: Rng, soon: () => number): Fault[] {
  return [
    killAtPoint('training-set-written', 1),
    lockDeletedAfter(soon()),
    databaseHeldAfter(soon()),
    rememberedByVersion3(),
    killAtPoint('attempt-recorded', 1 + chance.integer(UNLABELED)),
    rememberedByVersion3(),
  ];
}

function clockFaults(chance: Rng, soon: () => number): Fault[] {
  return [
    killAtPoint('training-set-written', 1),
    suspended('trainer', soon(), SUSPENDED_MS),
    clockSetBack(),
    suspended('orchestrator', soon(), SUSPENDED_MS),
    killAtPoint('attempt-recorded', 1 + chance.integer(UNLABELED / 2)),
    suspended('labeler', 0, SUSPENDED_MS),
    clockSetBack(),
  ];
}

const SUSPENDED_MS = 5000;

/** What is damaged is there because the run was killed where it has just been written. */
function damages(chance: Rng): Fault[] {
  const how = () => pick(DAMAGES, chance);
  return [
    killAtPoint('checkpoint-row-recorded', 2 + chance.integer(3)),
    damagedCheckpoints(1, how(), chance),
    killAtPoint('checkpoint-row-recorded', 2 + chance.integer(2)),
    pick([damagedCheckpoints(2, how(), chance), olderCheckpointInPlace()], chance),
    killAtPoint(pick(['student-registered', 'calibration-recorded', 'best-model-copied'], chance), 1),
    damagedStudent(how(), chance),
    killAtPoint('attempt-recorded', 1 + chance.integer(12)),
    pick([damagedTeacher(how(), chance), damagedBest(how(), chance)], chance),
  ];
}

const repeated = <Item>(count: number, make: () => Item): Item[] => Array.from({ length: count }, make);
const pick = <Item>(items: readonly Item[], chance: Rng): Item => items[chance.integer(items.length)] as Item;
