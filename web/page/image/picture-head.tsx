import type { PictureFacts } from '../../contract/image.ts';
import { editing } from '../decide/editing.ts';
import { Link } from '../link.tsx';
import { Problem } from '../loading.tsx';
import { addressOf, goTo, place } from '../location.ts';
import { timeText } from './label-words.ts';
import { focusedName, galleryQuery, neighboursSource } from './picture.ts';
import { step } from './steps.ts';

/** Which picture it is, and the ways from it. */
export function PictureHead({ facts }: { readonly facts: PictureFacts }) {
  const { fileName, width, height, subset, id, rejected } = facts;
  return (
    <header class="picture-head">
      <div class="row">
        <Link to={galleryAddress()}>
          labels <kbd>g</kbd>
        </Link>
        <Steps />
      </div>
      <h2 title={fileName}>{fileName}</h2>
      <div class="row quiet">
        <span>
          picture {id}, {subset}, {width} × {height} px
        </span>
        <RoundChoice facts={facts} />
      </div>
      {rejected !== null && (
        <p class="warn">
          The whole picture was rejected by {rejected.who}, {timeText(rejected.atMs)}
          {rejected.why === '' ? '' : `: ${rejected.why}`}
        </p>
      )}
    </header>
  );
}

/** The gallery as it was, with this label in its place. */
export const galleryAddress = (): string => addressOf('/labels', { ...galleryQuery.value, label: focusedName.value });

function Steps() {
  const loading = neighboursSource.loading.value;
  if (loading.state === 'refused') return <Problem error={loading.error} />;
  const beside = loading.state === 'there' ? loading.facts : loading.before;
  return (
    <fieldset class="bare row" aria-label="steps through the query">
      <button type="button" disabled={beside?.previous == null} onClick={() => step('previous')}>
        previous <kbd>k</kbd>
      </button>
      <button type="button" disabled={beside?.next == null} onClick={() => step('next')}>
        next <kbd>j</kbd>
      </button>
    </fieldset>
  );
}

/** Looks at the picture in another round; which object is looked at is of the round that it was. */
function RoundChoice({ facts: { said, rounds } }: { readonly facts: PictureFacts }) {
  if (said === null || rounds.length < 2) return null;
  const choose = (round: string) => goTo(addressOf(place.value.path, { ...place.value.query, label: null, round }), 'replace');
  return (
    <label>
      round{' '}
      <select value={said.round} disabled={editing.value !== null} onChange={({ currentTarget }) => choose(currentTarget.value)}>
        {rounds.map((round) => (
          <option key={round} value={round}>
            {round}
          </option>
        ))}
      </select>
    </label>
  );
}
