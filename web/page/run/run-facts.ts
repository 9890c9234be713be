import { effect, type Signal, signal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import type { EventLine, LivePoints, RoundCurves, RunCurves, RunOverview } from '../../contract/run.ts';
import { read } from '../client.ts';
import { onHappened, onPoints } from '../live.ts';
import { Source } from '../loading.tsx';

/** What the view of a run shows: asked for once, kept fresh by the stream, and asked for anew when something came to its end. */
export interface RunFacts {
  readonly overview: Source<RunOverview>;
  readonly curves: Signal<RunCurves>;
}

/** After these the tables have other rows; the stream itself has all the rest. */
const TURNS: ReadonlySet<string> = new Set([
  'stage-started',
  'stage-finished',
  'measured',
  'round-finished',
  'run-started',
  'run-resumed',
  'run-finished',
  'run-failed',
  'run-stopped',
  'settings-changed',
]);
/** A stage's end brings several events at once. */
const GATHER_MS = 250;

/** The facts of the run for as long as a view shows them. */
export function useRunFacts(): RunFacts {
  const facts = useMemo(() => ({ overview: new Source<RunOverview>(), asked: new Source<RunCurves>(), curves: signal(NO_CURVES) }), []);
  useEffect(() => {
    const ask = () => {
      void facts.overview.ask((stop) => read('/api/run', {}, stop));
      void facts.asked.ask((stop) => read('/api/run/curves', {}, stop));
    };
    const later = gathered(ask, GATHER_MS);
    const ends = [
      onHappened(({ kind }) => {
        if (TURNS.has(kind)) later.soon();
      }),
      onPoints((points) => {
        facts.curves.value = withPoints(facts.curves.value, points);
      }),
      effect(() => {
        const { value } = facts.asked.loading;
        if (value.state === 'there') facts.curves.value = withAll(value.facts, facts.curves.peek());
      }),
      later.end,
    ];
    ask();
    return () => {
      for (const end of ends) end();
    };
  }, [facts]);
  return facts;
}

const NO_CURVES: RunCurves = { rounds: [] };

/** Adds what is new; what was there already stays as it is, and a training that begins anew at an earlier step repeats its numbers. */
export function withPoints({ rounds }: RunCurves, { round, points }: LivePoints): RunCurves {
  const known: RoundCurves = rounds.find((one) => one.round === round) ?? { round, points: [], validations: [] };
  const last = known.points.at(-1)?.step ?? 0;
  const grown = { ...known, points: [...known.points, ...points.filter(({ step }) => step > last)] };
  const others = rounds.filter((one) => one.round !== round);
  return { rounds: [...others, grown].sort((a, b) => a.round - b.round) };
}

/** An answer, and what the stream told while it was under way. */
const withAll = (asked: RunCurves, known: RunCurves): RunCurves => known.rounds.reduce(withPoints, asked);

/** Newest first, each once. */
export function mergedEvents(known: readonly EventLine[], more: readonly EventLine[]): readonly EventLine[] {
  const byId = new Map([...known, ...more].map((event) => [event.id, event]));
  return [...byId.values()].sort((a, b) => b.id - a.id);
}

/** Calls of a short time become one. */
function gathered(act: () => void, ms: number): { readonly soon: () => void; readonly end: () => void } {
  let timer = 0;
  return {
    soon() {
      window.clearTimeout(timer);
      timer = window.setTimeout(act, ms);
    },
    end: () => window.clearTimeout(timer),
  };
}
