import type { Signal } from '@preact/signals';
import { Link } from '../link.tsx';
import { type Loading, Problem } from '../loading.tsx';
import { SampleTile } from './sample-tile.tsx';
import { droppedWords } from './seen-words.ts';
import { addressOfSample, type Seen, type TrainingState } from './training-state.ts';

interface SampleGridProps {
  readonly state: TrainingState;
  readonly batchSize: number;
  /** The one that is shown large beside. */
  readonly chosen: number | null;
}

/** All pictures of a step; a strip of them where one is shown large. */
export function SampleGrid({ state, batchSize, chosen }: SampleGridProps) {
  return (
    <ul class={`samples ${chosen === null ? '' : 'strip scrolls'}`} aria-label="pictures of the step">
      {Array.from({ length: batchSize }, (_, slot) => (
        <li key={slot}>
          <Sample slot={slot} of={state.slot(slot).loading} isChosen={slot === chosen} />
        </li>
      ))}
    </ul>
  );
}

interface SampleProps {
  readonly slot: number;
  readonly of: Signal<Loading<Seen>>;
  readonly isChosen: boolean;
}

function Sample({ slot, of, isChosen }: SampleProps) {
  const loading = of.value;
  const seen = loading.state === 'there' ? loading.facts : loading.state === 'waiting' ? loading.before : null;
  return (
    <Link to={addressOfSample({ slot })} current={isChosen} class={loading.state === 'waiting' ? 'waiting' : ''}>
      <SampleTile seen={seen} />
      <strong>picture {slot}</strong>
      {loading.state === 'refused' ? <Problem error={loading.error} /> : <Caption seen={seen} />}
    </Link>
  );
}

function Caption({ seen }: { readonly seen: Seen | null }) {
  if (seen === null) return <span class="quiet">drawing…</span>;
  const { main, stream, objects } = seen.facts;
  const learned = objects.filter(({ dropped }) => dropped === null);
  const pasted = learned.filter((object) => object.pasted).length;
  return (
    <>
      <span class="file-name">{main.fileName}</span>
      <span class="quiet">
        {stream === 'pseudo' ? 'pseudo-labeled' : 'labeled'}, {learned.length - pasted} + {pasted} pasted
        <br />
        dropped: {droppedWords(objects)}
      </span>
    </>
  );
}
