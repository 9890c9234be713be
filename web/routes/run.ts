import { Hono } from 'hono';
import type { ResolvedConfig } from '../../config/index.ts';
import { SelfpasteError } from '../../core/index.ts';
import { curvesOf, eventsBefore, labelStats, type RoundRow, type RunDatabase } from '../../db/index.ts';
import { machineGraph, measuredIn } from '../../pipeline/index.ts';
import type { Answers } from '../contract/addresses.ts';
import type { EventLines, RoundCurves, RoundLabels, RunCurves, RunOverview } from '../contract/run.ts';
import { eventLine } from '../event-line.ts';
import type { Site } from '../site.ts';
import { BATCH_FACTS, LOSSES } from '../trainer-metrics.ts';
import { controlRoutes } from './control.ts';
import { liveRoutes } from './live.ts';

/** Points of a curve: more than a chart has pixels. */
const CURVE_POINTS = 2000;
const EVENTS_AT_ONCE = 50;

/** The run as a whole: its machine, rounds, curves and diary. */
export function runRoutes(site: Site): Hono {
  const routes = new Hono();
  routes.get('/api/run', (context) => context.json<Answers['/api/run']>(site.read((db) => overview(db, site.folder.path))));
  routes.get('/api/run/curves', (context) => context.json<Answers['/api/run/curves']>(site.read(curves)));
  routes.get('/api/run/events', (context) => {
    const { before, which } = context.req.query();
    return context.json<Answers['/api/run/events']>(site.read((db) => events(db, before, which === 'warnings' ? 'warnings' : 'all')));
  });
  routes.route('/', controlRoutes(site));
  routes.route('/', liveRoutes(site));
  return routes;
}

/** @throws SelfpasteError DATA_EMPTY_RUN */
export function overview(db: RunDatabase, folder: string): RunOverview {
  const run = db.runs.facts();
  if (run === undefined) throw nothingWritten(folder);
  const { promote, train } = run.config as ResolvedConfig;
  return {
    name: run.name,
    folder,
    machine: machineGraph(),
    metric: promote.metric,
    pseudoShare: train.pseudoShare,
    rounds: db.rounds.all().map(({ index, startedAtMs, outcome }) => ({ index, startedAtMs, outcome, labels: labelsOf(db, index) })),
    stageTimes: db.stageTimes.all(),
    quarantined: db.quarantine.countByReason(),
  };
}

function labelsOf(db: RunDatabase, round: number): RoundLabels {
  const { images, selection, categories } = labelStats(db, round);
  const dropped: Record<string, number> = {};
  for (const category of categories)
    for (const [reason, labels] of Object.entries(category.dropped)) dropped[reason] = (dropped[reason] ?? 0) + labels;
  return { failed: images.failed, pictures: selection.withLabels, kept: selection.kept, drawn: selection.drawn, dropped };
}

const curves = (db: RunDatabase): RunCurves => ({ rounds: db.rounds.all().map((round) => roundCurves(db, round, CURVE_POINTS)) });

/** @param points at most so many: of a longer training, means of stretches */
export function roundCurves(db: RunDatabase, { index }: RoundRow, points: number): RoundCurves {
  const validations = db.metrics.curve(index, 'maskAp').map(({ step }) => ({ step, values: measuredIn(db.metrics.at(index, step)) }));
  return { round: index, points: curvesOf(db, index, { names: [...LOSSES, ...BATCH_FACTS], after: 0, points }), validations };
}

function events(db: RunDatabase, before: string | undefined, which: 'all' | 'warnings'): EventLines {
  const page = { before: before === undefined ? null : eventId(before), which, limit: EVENTS_AT_ONCE + 1 };
  const rows = eventsBefore(db, page);
  return { events: rows.slice(0, EVENTS_AT_ONCE).map(eventLine), more: rows.length > EVENTS_AT_ONCE };
}

function eventId(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new SelfpasteError('USAGE_EVENT', `Expected the number of an event for before, got ${text}`, 'leave it out for the newest events');
}

function nothingWritten(folder: string): SelfpasteError {
  const message = `Expected a run in ${folder}, got a database in which nothing was written`;
  return new SelfpasteError('DATA_EMPTY_RUN', message, 'begin the run again with `selfpaste run`');
}
