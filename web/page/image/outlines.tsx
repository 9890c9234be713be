import type { PictureFacts, PictureObject } from '../../contract/image.ts';
import { outlineOf, shapeOf } from './mask-shape.ts';
import { offset, zoom } from './viewport.ts';

interface OutlinesProps {
  readonly facts: PictureFacts;
  readonly focused: PictureObject | null;
  readonly hovered: PictureObject | null;
}

/** The borders of the object that is looked at and of the one under the pointer, as fine at any zoom. */
export function Outlines({ facts, focused, hovered }: OutlinesProps) {
  const { x, y } = offset.value;
  return (
    <svg class="outlines" aria-hidden="true">
      <g transform={`translate(${x} ${y}) scale(${zoom.value})`}>
        {hovered !== null && hovered !== focused && <Outline facts={facts} object={hovered} class="hovered" />}
        {focused !== null && (
          <>
            <Outline facts={facts} object={focused} class="focused" />
            <ModelBox object={focused} />
          </>
        )}
      </g>
    </svg>
  );
}

interface OutlineProps {
  readonly facts: PictureFacts;
  readonly object: PictureObject;
  readonly class: string;
}

/** Dark below light, so that it is seen on any picture. */
function Outline({ facts, object, class: name }: OutlineProps) {
  const path = outlinePath(object, facts);
  return (
    <>
      <path class={`${name} below`} d={path} />
      <path class={name} d={path} />
    </>
  );
}

const paths = new WeakMap<PictureObject, string>();

function outlinePath(object: PictureObject, facts: PictureFacts): string {
  const path = paths.get(object) ?? outlineOf(shapeOf(object, facts));
  paths.set(object, path);
  return path;
}

/** The box that the model gave, which is not that of its mask. */
function ModelBox({ object }: { readonly object: PictureObject }) {
  if (object.of !== 'prediction') return null;
  const { x1, y1, x2, y2 } = object.box;
  return <rect class="model-box" x={x1} y={y1} width={Math.max(0, x2 - x1)} height={Math.max(0, y2 - y1)} />;
}
