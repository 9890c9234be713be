import type { ChangedLabel, ChangeExample, ChangeExamples, Comparison } from '../../contract/compare.ts';
import { Link } from '../link.tsx';
import { addressOf } from '../location.ts';
import { BEFORE_PAINT, NOW_PAINT } from './colors.ts';
import { addressOfChange, shownChange } from './compare-state.ts';
import { MaskedThumbnail } from './masked-thumbnail.tsx';

interface ChangeGalleryProps {
  readonly comparison: Comparison;
  readonly examples: ChangeExamples;
}

/** Labels of one kind of change, both masks over one thumbnail. */
export function ChangeGallery({ comparison, examples: { examples, more } }: ChangeGalleryProps) {
  const { from, to, classes } = comparison;
  const shown = shownChange();
  const names = new Map(classes.map(({ category, name }) => [category as number, name]));
  const nameOf = (category: string | undefined) => names.get(Number(category));
  const narrowed = [
    ...(shown.before === undefined ? [] : [`${nameOf(shown.before)} before`]),
    ...(shown.now === undefined ? [] : [`${nameOf(shown.now)} now`]),
  ];
  const list = { round: to.round, change: shown.kind, category: nameOf(shown.now ?? shown.before) };
  return (
    <>
      <p class="row">
        <span>
          <span class="paint-before">round {from.round}</span> <span class="paint-now">round {to.round}</span>
        </span>
        {narrowed.length > 0 && (
          <span>
            only {narrowed.join(', ')} <Link to={addressOfChange({ kind: shown.kind })}>all classes</Link>
          </span>
        )}
        {to.round === from.round + 1 && <Link to={addressOf('/labels', list)}>all of them in the gallery</Link>}
      </p>
      {examples.length === 0 && <p class="quiet">No label {shown.kind} here.</p>}
      <ul class="thumbnails">
        {examples.map((example) => (
          <Example key={`${example.before?.prediction}/${example.now?.prediction}`} example={example} names={names} />
        ))}
      </ul>
      {more && <p class="quiet">and more: these are the first {examples.length}.</p>}
    </>
  );
}

interface ExampleProps {
  readonly example: ChangeExample;
  readonly names: ReadonlyMap<number, string>;
}

function Example({ example, names }: ExampleProps) {
  const { image, fileName, iou, before, now } = example;
  const masks = [
    ...(before === null ? [] : [{ counts: before.mask, paint: BEFORE_PAINT }]),
    ...(now === null ? [] : [{ counts: now.mask, paint: NOW_PAINT }]),
  ];
  const words = (label: ChangedLabel) => `${names.get(label.category)} ${label.score.toFixed(2)}`;
  const shown = now ?? before;
  return (
    <li>
      <Link to={addressOf(`/image/${image}`, { label: shown?.prediction })}>
        <MaskedThumbnail picture={example} masks={masks} alt={`${example.kind} in ${fileName}`} />
      </Link>
      {before !== null && <span class="paint-before">{words(before)}</span>}
      {now !== null && <span class="paint-now">{words(now)}</span>}
      {before !== null && now !== null && <span class="quiet">IoU {iou.toFixed(2)}</span>}
    </li>
  );
}
