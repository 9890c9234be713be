import { Fragment } from 'preact';
import type { SeenPicture, SeenSource, TrainedRound } from '../../contract/training.ts';
import { Link } from '../link.tsx';
import { placementWords } from './seen-words.ts';
import { SourceLink } from './source-link.tsx';
import { addressOfSample } from './training-state.ts';

interface SampleFactsProps {
  readonly facts: SeenPicture;
  readonly round: TrainedRound;
}

/** How a training picture came to be: which pictures it is made of, and what chance did to them. */
export function SampleFacts({ facts, round }: SampleFactsProps) {
  const { slot, step, stream, main, donor, objects, sha256 } = facts;
  const { jitter } = round.recipe;
  const chosen = objects.filter(({ pasted }) => pasted).length;
  return (
    <aside class="picture-side" aria-label="about the picture">
      <div class="row">
        <h2>picture {slot}</h2>
        <Link to={addressOfSample({ slot: null })}>
          all of the step <kbd>g</kbd>
        </Link>
      </div>
      <section aria-label="the picture underneath">
        <h3>
          underneath: <SourceLink source={main} {...(stream === 'pseudo' ? { round: round.round } : {})} />
        </h3>
        <p class="quiet">{stream === 'pseudo' ? `pseudo-labeled: the labels are those of round ${round.round}` : 'labeled by people'}</p>
        <Placed source={main} facts={facts} jitter={jitter[stream]} />
      </section>
      <section aria-label="what is pasted">
        {donor === null ? (
          <p class="quiet">Nothing is pasted on it.</p>
        ) : (
          <>
            <h3>
              donor: <SourceLink source={donor} />
            </h3>
            <p class="quiet">
              {chosen} of its objects {chosen === 1 ? 'was' : 'were'} chosen, labeled by people
            </p>
            <Placed source={donor} facts={facts} jitter={jitter.donor} />
          </>
        )}
      </section>
      <section aria-label="the same picture by command">
        <h3>the same bytes</h3>
        <code>{`selfpaste augment replay --round ${round.round} --step ${step} --slot ${slot}`}</code>
        <p class="quiet" title={sha256}>
          SHA-256 of its pixels <code>{sha256.slice(0, 16)}…</code>
        </p>
      </section>
    </aside>
  );
}

interface PlacedProps {
  readonly source: SeenSource;
  readonly facts: SeenPicture;
  readonly jitter: TrainedRound['recipe']['jitter']['donor'];
}

function Placed({ source, facts, jitter }: PlacedProps) {
  return (
    <dl class="placed">
      {placementWords(source.placement, jitter, facts.size).map(([name, value]) => (
        <Fragment key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </Fragment>
      ))}
    </dl>
  );
}
