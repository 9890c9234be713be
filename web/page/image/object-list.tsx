import { useLayoutEffect, useRef } from 'preact/hooks';
import type { PictureFacts, PictureObject } from '../../contract/image.ts';
import { swatchOf } from './colors.ts';
import { classNameOf } from './label-words.ts';
import { LAYER_FACTS, type LayeredObject, layeredObjects, shownLayers } from './layers.ts';
import { focusedName, focusOn, hoveredName } from './picture.ts';
import { Swatch } from './swatch.tsx';

/** The objects that are shown, and the one that is looked at; by layer and then by score. */
export function ObjectList({ facts }: { readonly facts: PictureFacts }) {
  const listed = LAYER_FACTS.flatMap(({ layer }) =>
    layeredObjects.value
      .filter((one) => one.layer === layer && (shownLayers.value.has(layer) || one.object.name === focusedName.value))
      .sort(byScore),
  );
  const hidden = layeredObjects.value.length - listed.length;
  return (
    <section class="objects" aria-labelledby="objects-title">
      <h2 id="objects-title">
        objects <span class="quiet">{listed.length}</span>
      </h2>
      {listed.length === 0 && <p class="quiet">Nothing of what is shown is on this picture.</p>}
      <ul onMouseLeave={() => setHovered(null)}>
        {listed.map((one, at) => (
          // By place: the next picture is shown sooner in entries that are there already.
          <Entry key={at} facts={facts} entry={one} />
        ))}
      </ul>
      {hidden > 0 && <p class="quiet">{hidden} more in layers that are not shown</p>}
    </section>
  );
}

const scoreOf = ({ object }: LayeredObject): number => (object.of === 'prediction' ? object.score : 1);
const byScore = (a: LayeredObject, b: LayeredObject): number => scoreOf(b) - scoreOf(a);

function setHovered(object: PictureObject | null): void {
  hoveredName.value = object?.name ?? null;
}

interface EntryProps {
  readonly facts: PictureFacts;
  readonly entry: LayeredObject;
}

function Entry({ facts, entry }: EntryProps) {
  const { object, decided } = entry;
  const button = useRef<HTMLButtonElement>(null);
  const isFocused = object.name === focusedName.value;
  useLayoutEffect(() => {
    if (isFocused) keepInSight(button.current as HTMLButtonElement);
  }, [isFocused, object.name]);
  return (
    <li>
      <button
        ref={button}
        type="button"
        aria-current={isFocused}
        onClick={() => focusOn(object.name)}
        onFocus={() => setHovered(object)}
        onBlur={() => setHovered(null)}
        onMouseEnter={() => setHovered(object)}
      >
        <Swatch color={swatchOf(entry)} />
        <span class="entry-class">{classNameOf(facts, object.category)}</span>
        <span class="number">{object.of === 'prediction' ? object.score.toFixed(2) : ''}</span>
        <span class="quiet entry-fate">{fateText(object, decided.reason)}</span>
      </button>
    </li>
  );
}

/** Scrolls the list, and nothing around it. */
function keepInSight(entry: HTMLElement): void {
  const list = entry.closest('ul') as HTMLElement;
  const [top, bottom] = [entry.offsetTop - list.offsetTop, entry.offsetTop - list.offsetTop + entry.offsetHeight];
  if (top < list.scrollTop) list.scrollTop = top;
  else if (bottom > list.scrollTop + list.clientHeight) list.scrollTop = bottom - list.clientHeight;
}

function fateText(object: PictureObject, reason: string): string {
  if (object.of === 'human') return object.crowd ? 'crowd' : 'human';
  if (object.of === 'drawn') return object.corrects === null ? 'drawn' : `for ${object.corrects}`;
  return object.verdict ?? (reason === 'score' ? 'kept' : reason);
}
