import { Problem } from '../loading.tsx';
import { place } from '../location.ts';
import { imageId, picture, pictureSource, refreshPicture } from './picture.ts';
import './picture-problem.css';

/** Why the picture of the address is not shown; the last one that came stays beneath. */
export function PictureProblem() {
  const loading = pictureSource.loading.value;
  if (imageId.value === null) return <NoPicture named={place.value.path.replace(/^\/image\/?/, '')} />;
  if (loading.state === 'refused') return <Refusal error={loading.error} />;
  return picture.value === null ? (
    <p class="quiet" role="status">
      loading…
    </p>
  ) : null;
}

const NoPicture = ({ named }: { readonly named: string }) => (
  <p class="problem" role="alert">
    Expected the number of a picture in the address, got {named === '' ? 'none' : `“${named}”`}.{' '}
    <span class="quiet">Choose a label in the gallery.</span>
  </p>
);

function Refusal({ error }: { readonly error: Error }) {
  const last = picture.value;
  return (
    <div class={last === null ? 'picture-problem' : 'picture-problem over'}>
      <strong>Picture {imageId.value} cannot be shown as it is now.</strong>
      <Problem error={error} />
      {last !== null && <p>What is shown is picture {last.facts.id} as it was.</p>}
      <button type="button" onClick={refreshPicture}>
        ask again
      </button>
    </div>
  );
}
