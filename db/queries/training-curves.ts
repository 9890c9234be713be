import type { RunDatabase } from '../run-database.ts';

/** Values at a step, by the name of the metric; null where one is not defined. */
export interface CurvePoint {
  readonly step: number;
  readonly values: Readonly<Record<string, number | null>>;
}

/** Which curves of a round, and how closely. */
export interface CurvesAsked {
  readonly names: readonly string[];
  /** Points behind this step; 0 for all. */
  readonly after: number;
  /** Where there are more steps than this, means over stretches of equal length stand for them. */
  readonly points: number;
}

interface Row {
  readonly step: number;
  readonly name: string;
  readonly value: number | null;
}

/** The last step that has one of the metrics, found by keys however many steps there are; 0 before the first. */
export function lastStep(db: RunDatabase, round: number, names: readonly string[]): number {
  const { last } = db.connection.one<{ last: number | null }>(
    `SELECT max(last) AS last FROM
       (SELECT (SELECT max(step) FROM metrics WHERE round = ? AND name = asked.value) AS last FROM json_each(?) asked)`,
    [round, JSON.stringify(names)],
  );
  return last ?? 0;
}

/** Curves over the steps of a round's training, by step. A point that stands for a stretch is at its last step. */
export function curvesOf(db: RunDatabase, round: number, { names, after, points }: CurvesAsked): CurvePoint[] {
  const last = lastStep(db, round, names);
  if (last <= after) return [];
  const rows = db.connection.all<Row>(
    `SELECT max(step) AS step, name, avg(value) AS value FROM metrics
     WHERE round = :round AND name IN (SELECT value FROM json_each(:names)) AND step > :after
     GROUP BY name, (step - CAST(:after AS INTEGER) - 1) / CAST(:width AS INTEGER) ORDER BY 1, name`,
    { round, names: JSON.stringify(names), after, width: Math.ceil((last - after) / points) },
  );
  return byStep(rows);
}

function byStep(rows: readonly Row[]): CurvePoint[] {
  const steps = new Map<number, Record<string, number | null>>();
  for (const { step, name, value } of rows) steps.set(step, { ...steps.get(step), [name]: value });
  return [...steps].map(([step, values]) => ({ step, values }));
}
