import type { CurvePoint } from '../../../db/index.ts';
import type { RoundCurves, RunCurves } from '../../contract/run.ts';

/** Curves of several rounds behind one another, on one axis of steps. */
export interface RunSteps {
  /** Steps of the whole run, rising. */
  readonly steps: readonly number[];
  /** Each step in its round. */
  readonly places: readonly Place[];
  /** One list a name, one value a step. */
  readonly values: ReadonlyMap<string, readonly (number | null)[]>;
  readonly rounds: readonly RoundStart[];
  /** Where the axis ends: the same for all curves of a run. */
  readonly last: number;
}

export interface Place {
  readonly round: number;
  readonly step: number;
}

/** Where a round begins on the axis. */
export interface RoundStart {
  readonly round: number;
  readonly at: number;
}

/** @param breaks whether a line ends with its round. Between two rounds stands a step without values then */
export function runSteps(curves: RunCurves, of: 'points' | 'validations', names: readonly string[], breaks: boolean): RunSteps {
  const { rounds, last } = axisOf(curves.rounds);
  const rows = curves.rounds.flatMap((round, index) => {
    const at = rounds[index]?.at ?? 0;
    const points = round[of].map(({ step, values }) => ({ at: at + step, place: { round: round.round, step }, values }));
    const pause = { at: at + 0.5, place: { round: round.round, step: 0 }, values: {} as CurvePoint['values'] };
    return breaks && index > 0 && points.length > 0 ? [pause, ...points] : points;
  });
  return {
    steps: rows.map(({ at }) => at),
    places: rows.map(({ place }) => place),
    values: new Map(names.map((name) => [name, rows.map(({ values }) => values[name] ?? null)])),
    rounds,
    last,
  };
}

/** A round takes as many steps as it trained, and at least one where a model was measured, so that no two measurements stand in one place. */
function axisOf(rounds: readonly RoundCurves[]): Pick<RunSteps, 'rounds' | 'last'> {
  let at = 0;
  const starts = rounds.map(({ round, points, validations }) => {
    const start = { round, at };
    const steps = Math.max(points.at(-1)?.step ?? 0, validations.at(-1)?.step ?? 0);
    at += points.length + validations.length === 0 ? 0 : Math.max(1, steps);
    return start;
  });
  return { rounds: starts, last: at };
}
