import { basename, isAbsolute } from 'node:path';
import { parseConfig, type ResolvedConfig, settingsChanged } from '../../config/index.ts';
import { eventsBefore, type RoundStatus, type RunDatabase, type RunOwner, type RunStatus } from '../../db/index.ts';
import {
  type CurrentState,
  type MeasuredRound,
  type MeasuredStatus,
  measuredStatus,
  PROGRAM_VERSION,
  runConfigOf,
  runState,
  studentValidation,
} from '../../pipeline/index.ts';
import type { Report, ReportedModel, ReportedRound, ReportedRun, ReportedSetting, SetAsideFacts } from '../contract/report.ts';
import type { RoundOverview } from '../contract/run.ts';
import { eventLine } from '../event-line.ts';
import { comparisonOf } from '../routes/comparison.ts';
import { consecutiveChanges } from '../routes/round-changes.ts';
import { overview, roundCurves } from '../routes/run.ts';
import { classFates } from './class-fates.ts';
import { pathsIn, withoutFolders } from './without-folders.ts';

/** What a report says beside its sample of labels. */
export type ReportFacts = Omit<Report, 'sample'>;

/** Points of a run's curves, of all rounds together: more than a chart has pixels. */
const CURVE_POINTS = 1500;
const FEWEST_POINTS = 60;
const WARNINGS = 20;

/**
 * Reads a run.
 * @throws SelfpasteError DATA_EMPTY_RUN
 */
export function reportFacts(db: RunDatabase, folder: string, owner: RunOwner | null, atMs: number): ReportFacts {
  const { rounds, quarantined } = overview(db, folder);
  const status = measuredStatus(db);
  const config = runConfigOf(db, folder);
  const paths = [folder, ...pathsIn(config)];
  const points = Math.max(FEWEST_POINTS, Math.floor(CURVE_POINTS / Math.max(1, rounds.length)));
  return {
    madeAtMs: atMs,
    run: reportedRun(status, config),
    state: stateSaid(runState(status, owner, atMs), paths),
    metric: config.promote.metric,
    rounds: rounds.map((round, at) => reportedRound(status, at, round)),
    curves: { rounds: db.rounds.all().map((round) => roundCurves(db, round, points)) },
    classes: rounds.flatMap(({ index }) => classFates(db, index)),
    comparison: lastComparison(db, folder, status.rounds),
    setAside: { quarantined, warnings: warningsOf(db, paths) },
  };
}

function reportedRun({ run, images, donors }: RunStatus, config: ResolvedConfig): ReportedRun {
  if (run === undefined) throw new Error('Expected the facts of a run: its overview has them');
  const { name, seed, configHash, createdAtMs, programVersion } = run;
  const facts = { name, seed, configHash, begunAtMs: createdAtMs, begunBy: programVersion, reportedBy: PROGRAM_VERSION };
  return { ...facts, pictures: images, humanObjects: donors, settings: settingsSaid(config) };
}

/** What has to be said of every run, or follows from the machine, is no choice that a reader wants to know. */
function settingsSaid(config: ResolvedConfig): readonly ReportedSetting[] {
  const { name, runs, data, train } = config;
  const { labeled, validation, unlabeled } = data;
  const unsaid = { name, runs, data: { labeled, validation, unlabeled }, train: { threads: train.threads } };
  return settingsChanged(parseConfig(JSON.stringify(unsaid), 'the defaults'), config).map(({ key, before, after }) => ({
    key,
    value: valueText(after),
    byDefault: valueText(before),
  }));
}

/** Of a path, the last part. */
const valueText = (value: unknown): string =>
  JSON.stringify(value ?? null, (_, one: unknown) => (typeof one === 'string' && isAbsolute(one) ? basename(one) : one));

function reportedRound(status: MeasuredStatus, at: number, round: RoundOverview): ReportedRound {
  const { rounds, stageTimes } = status;
  const now = rounds[at] as MeasuredRound;
  const labeled = now.labeling.done;
  const msOf = (...stages: readonly string[]): number | null => {
    const spent = stageTimes.filter((time) => time.round === round.index && stages.includes(time.stage));
    return spent.length === 0 ? null : spent.reduce((sum, { durationMs }) => sum + durationMs, 0);
  };
  return {
    ...round,
    labeled: labeled === 0 ? null : labeled,
    teacher: modelOf(status, now.round.teacher),
    student: now.validations.length === 0 ? null : measuredModel(now, roleOf(status, now.round.student)),
    labelMs: msOf('label', 'select'),
    trainMs: msOf('train'),
    evaluateMs: msOf('evaluate'),
  };
}

/** A model with what its own round measured of it. */
function modelOf({ models, rounds }: MeasuredStatus, id: number | null): ReportedModel | null {
  const model = models.find((one) => one.id === id);
  if (model === undefined) return null;
  const made = rounds.find(({ round }) => round.index === model.round && round.student === model.id);
  if (made !== undefined) return measuredModel(made, model.role);
  return { role: model.role, round: model.round, maskAp: null, maskAp50: null, boxAp: null };
}

const roleOf = ({ models }: RunStatus, id: number | null): ReportedModel['role'] => models.find((one) => one.id === id)?.role ?? 'student';

function measuredModel(status: MeasuredRound, role: ReportedModel['role']): ReportedModel {
  const { maskAp = null, maskAp50 = null, boxAp = null } = studentValidation(status)?.metrics ?? {};
  return { role, round: status.round.index, maskAp, maskAp50, boxAp };
}

/** Changes are written when a round's labels are selected. */
function lastComparison(db: RunDatabase, folder: string, rounds: readonly RoundStatus[]): Report['comparison'] {
  const selected = rounds.filter(isSelected).map(({ round }) => round.index);
  const [from, to] = selected.slice(-2);
  if (from === undefined || to === undefined) return null;
  return comparisonOf(db, folder, from, to, consecutiveChanges(db, to).counts);
}

/** Whether it was decided which predictions of a round are labels. */
export const isSelected = ({ selection }: Pick<RoundStatus, 'selection'>): boolean => selection.withLabels + selection.withoutLabels > 0;

const stateSaid = (state: CurrentState, paths: readonly string[]): CurrentState =>
  'why' in state && state.why !== null ? { ...state, why: withoutFolders(state.why, paths) } : state;

function warningsOf(db: RunDatabase, paths: readonly string[]): SetAsideFacts['warnings'] {
  const rows = eventsBefore(db, { before: null, which: 'warnings', limit: WARNINGS + 1 });
  const events = rows.slice(0, WARNINGS).map(eventLine);
  return { events: events.map((line) => ({ ...line, text: withoutFolders(line.text, paths) })), more: rows.length > WARNINGS };
}
