import { untracked, useSignalEffect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { CHANGE_KINDS, SUSPICION_KINDS } from '../../../core/index.ts';
import type { LabelCounts } from '../../contract/labels.ts';
import { read } from '../client.ts';
import { Loaded, Source } from '../loading.tsx';
import { Choice } from './choice.tsx';
import { ClassBars } from './class-bars.tsx';
import { areaFilter, boundsOf, histograms, scoreFilter } from './cube.ts';
import { Histogram } from './histogram.tsx';
import { asked, counted, type FilterName, setFilter } from './query.ts';

const counts = new Source<LabelCounts>();

/** Keys that move a slider or a choice move nothing else. */
const OWN_KEYS: ReadonlySet<string> = new Set(['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown', 'Home', 'End', 'PageUp', 'PageDown']);

/** What is listed: histograms that filter by being brushed, and choices. */
export function Filters() {
  const panel = useRef<HTMLElement>(null);
  useSignalEffect(() => {
    const query = counted.value;
    untracked(() => void counts.ask((signal) => read('/api/labels/counts', { ...query }, signal)));
  });
  useEffect(() => {
    const keep = (event: KeyboardEvent) => OWN_KEYS.has(event.key) && event.stopPropagation();
    panel.current?.addEventListener('keydown', keep);
    return () => panel.current?.removeEventListener('keydown', keep);
  }, []);
  return (
    <section ref={panel} class="filters" aria-label="filters">
      <Loaded of={counts.loading}>
        {(facts) => (
          <>
            <Brushes facts={facts} />
            <Choices facts={facts} />
          </>
        )}
      </Loaded>
    </section>
  );
}

function Brushes({ facts }: { readonly facts: LabelCounts }) {
  const bounds = boundsOf(asked.value, facts);
  const { byClass, byScore, byArea } = histograms(facts, bounds);
  const { scoreBins, areaFromPx2, classes } = facts;
  const scoreEdges = Array.from({ length: scoreBins + 1 }, (_, at) => String(at / scoreBins));
  const areaEdges = [...areaFromPx2.map((px2) => `${Math.sqrt(px2)}²`), 'any'];
  return (
    <>
      {asked.value.verdict !== 'drawn' && (
        <Histogram
          title="score"
          counts={byScore}
          span={bounds.bins}
          edges={scoreEdges}
          brush={(span) => setFilter('score', scoreFilter(span, scoreBins), 'replace')}
        />
      )}
      <Histogram
        title="area, px²"
        counts={byArea}
        span={bounds.bands}
        edges={areaEdges}
        brush={(span) => setFilter('area', areaFilter(span, areaFromPx2), 'replace')}
      />
      <ClassBars classes={classes} counts={byClass} chosen={bounds.category} choose={(name) => setFilter('category', name)} />
    </>
  );
}

const VERDICTS = {
  any: 'any verdict',
  none: 'not decided yet',
  accepted: 'accepted',
  rejected: 'rejected',
  corrected: 'corrected',
  drawn: 'drawn by people',
};
const SUSPICIONS = { any: 'any suspicion', ...Object.fromEntries(SUSPICION_KINDS.map((kind) => [kind, kind])) };

function Choices({ facts: { rounds, reasons } }: { readonly facts: LabelCounts }) {
  const query = asked.value;
  const choice = (name: FilterName) => ({ title: name, value: query[name], choose: (value: string | null) => setFilter(name, value) });
  return (
    <div class="choices">
      <Choice {...choice('round')} none="last" options={rounds.map(String)} />
      <Choice {...choice('status')} none="both" options={['kept', 'dropped']} />
      <Choice {...choice('reason')} none="any" options={reasons} />
      <Choice {...choice('verdict')} none="any or none" options={VERDICTS} />
      <Choice {...choice('change')} none="any or none" options={CHANGE_KINDS} />
      <Choice {...choice('suspicion')} none="any or none" options={SUSPICIONS} />
    </div>
  );
}
