import type { SeenObject, SeenPicture } from '../../contract/training.ts';
import { outlineOf } from '../image/mask-shape.ts';
import { offset, toScreen, zoom } from '../image/viewport.ts';
import { layerOf, shownLayers } from './layers.ts';
import { type Mark, marksOf } from './mask-mark.ts';
import { hoveredName } from './object-focus.ts';

interface SeenOutlinesProps {
  readonly facts: SeenPicture;
  readonly classNames: readonly string[];
  readonly focused: SeenObject | null;
}

/** Over the stage: names, where dropped objects would be, and the borders of those that are looked at. As fine at any zoom. */
export function SeenOutlines({ facts, classNames, focused }: SeenOutlinesProps) {
  const { x, y } = offset.value;
  const shown = facts.objects.filter((object) => shownLayers.value.has(layerOf(object)) || object === focused);
  const hovered = facts.objects.find(({ name }) => name === hoveredName.value);
  return (
    <svg class="outlines" aria-hidden="true">
      <g transform={`translate(${x} ${y}) scale(${zoom.value})`}>
        {shown.map((object) => object.dropped !== null && <Place key={object.name} object={object} />)}
        {hovered !== undefined && hovered !== focused && <Outline facts={facts} object={hovered} class="hovered" />}
        {focused !== null && <Outline facts={facts} object={focused} class="focused" />}
      </g>
      {shown.map(
        (object) =>
          (shownLayers.value.has('names') || object === focused || object === hovered) && (
            <Name key={object.name} object={object} text={nameOf(object, classNames)} />
          ),
      )}
    </svg>
  );
}

/** With a plus for what is pasted and a minus for what is dropped, as on contact sheets. */
function nameOf({ classIndex, pasted, dropped }: SeenObject, classNames: readonly string[]): string {
  const name = classNames[classIndex] ?? classIndex;
  if (dropped !== null) return `−${name} ${dropped}`;
  return pasted ? `+${name}` : String(name);
}

function Name({ object: { box, dropped }, text }: { readonly object: SeenObject; readonly text: string }) {
  const { x, y } = toScreen({ x: box.x1, y: box.y1 });
  return (
    <text class={dropped === null ? '' : 'dropped'} x={Math.max(2, x)} y={Math.max(14, y - 4)}>
      {text}
    </text>
  );
}

function Place({ object: { box } }: { readonly object: SeenObject }) {
  const { x1, y1, x2, y2 } = box;
  const size = { width: Math.max(1, x2 - x1), height: Math.max(1, y2 - y1) };
  return (
    <>
      <rect class="below" x={x1} y={y1} {...size} />
      <rect class="would-be" x={x1} y={y1} {...size} />
    </>
  );
}

interface OutlineProps {
  readonly facts: SeenPicture;
  readonly object: SeenObject;
  readonly class: string;
}

/** Dark below light, so that it is seen on any picture. */
function Outline({ facts, object, class: name }: OutlineProps) {
  const mark = marksOf(facts).find((one) => one.name === object.name);
  if (mark === undefined) return null;
  const path = outlinePath(mark);
  return (
    <>
      <path class={`${name} below`} d={path} />
      <path class={name} d={path} />
    </>
  );
}

const paths = new WeakMap<Mark, string>();

function outlinePath(mark: Mark): string {
  const path = paths.get(mark) ?? outlineOf(mark.shape);
  paths.set(mark, path);
  return path;
}
