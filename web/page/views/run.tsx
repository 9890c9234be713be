import { useEffect } from 'preact/hooks';
import { bindKeys } from '../keys.ts';
import { liveState } from '../live.ts';
import { Loaded } from '../loading.tsx';
import { place } from '../location.ts';
import { BatchComposition } from '../run/batch-composition.tsx';
import { AP, BATCH, LOSS } from '../run/curve-groups.ts';
import { Curves, rangeOf, zoom } from '../run/curves.tsx';
import { EventList } from '../run/event-list.tsx';
import { LabelBars } from '../run/label-bars.tsx';
import { MachinePicture } from '../run/machine-picture.tsx';
import { QuarantineList } from '../run/quarantine-list.tsx';
import { RoundTimeline } from '../run/round-timeline.tsx';
import { type RunFacts, useRunFacts } from '../run/run-facts.ts';
import { RunHead } from '../run/run-head.tsx';
import './run.css';

/** The run as it goes on, and where it came from. */
export function RunView() {
  const facts = useRunFacts();
  useZoomKeys(facts);
  const curves = facts.curves.value;
  const now = liveState.value;
  return (
    <Loaded of={facts.overview.loading}>
      {(overview) => (
        <div class="run-view">
          <RunHead overview={overview} now={now} />
          <section class="panel run-machine" aria-label="machine">
            <MachinePicture machine={overview.machine} now={now} />
          </section>
          <section class="panel wide" aria-labelledby="rounds-title">
            <h2 id="rounds-title">Rounds</h2>
            <RoundTimeline overview={overview} now={now} />
          </section>
          <Curves group={LOSS} curves={curves} />
          <Curves group={AP} curves={curves} />
          <section class="panel wide" aria-labelledby="labels-title">
            <h2 id="labels-title">Labels kept and dropped</h2>
            <LabelBars rounds={overview.rounds} />
          </section>
          <Curves group={BATCH} curves={curves} />
          <section class="panel" aria-labelledby="batches-title">
            <h2 id="batches-title">Batches</h2>
            <BatchComposition overview={overview} curves={curves} />
          </section>
          <section class="panel" aria-label="events">
            <EventList />
          </section>
          <section class="panel" aria-label="quarantine">
            <QuarantineList overview={overview} />
          </section>
        </div>
      )}
    </Loaded>
  );
}

/** A zoom that needs no pointer: into the newer half of what is shown, out again, and all. */
function useZoomKeys({ curves }: RunFacts): void {
  useEffect(() => {
    const by = (factor: number) => {
      const last = curves.peek().rounds.reduce((steps, { points }) => steps + (points.at(-1)?.step ?? 0), 0);
      const { from, to } = rangeOf(place.peek().query) ?? { from: 0, to: last };
      const length = (to - from) * factor;
      if (length >= 1) zoom(length >= last ? null : { from: Math.max(0, Math.round(to - length)), to });
    };
    return bindKeys([
      { key: '+', does: 'curves: the newer half of what is shown', act: () => by(0.5) },
      { key: '-', does: 'curves: twice as many steps', act: () => by(2) },
      { key: '0', does: 'curves: all steps', act: () => zoom(null) },
    ]);
  }, [curves]);
}
