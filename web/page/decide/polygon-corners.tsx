import { toImage, toScreen } from '../image/viewport.ts';
import type { MaskDrawing } from './mask-drawing.ts';
import type { Point } from './stroke-spans.ts';

const HANDLE_RADIUS = 7;
/** Within it a pointer has the corner; a finger farther off, which the style sheet says. */
const REACH_RADIUS = 12;
const STEPS: Readonly<Record<string, Point>> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
};

/** The polygon that is not filled yet. Its corners are moved by pointer or by arrows, and taken away by Delete. */
export function PolygonCorners({ drawing }: { readonly drawing: MaskDrawing }) {
  const corners = drawing.corners.value;
  if (corners.length === 0) return null;
  const places = corners.map(toScreen);
  return (
    <svg class="polygon-corners" aria-label={`polygon of ${corners.length} corners`}>
      <polygon points={places.map(({ x, y }) => `${x},${y}`).join(' ')} />
      {places.map((place, at) => (
        <Corner key={at} at={at} place={place} drawing={drawing} />
      ))}
    </svg>
  );
}

interface CornerProps {
  readonly at: number;
  /** On the stage. */
  readonly place: Point;
  readonly drawing: MaskDrawing;
}

function Corner({ at, place, drawing }: CornerProps) {
  const onKeyDown = (event: KeyboardEvent) => {
    const step = STEPS[event.key];
    const corner = drawing.corners.value[at];
    if (corner === undefined) return;
    if (step !== undefined) drawing.moveCorner(at, { x: corner.x + step.x, y: corner.y + step.y });
    else if (event.key === 'Delete' || event.key === 'Backspace') drawing.removeCorner(at);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const onPointerDown = (event: PointerEvent) => {
    event.stopPropagation();
    (event.currentTarget as SVGGElement).setPointerCapture(event.pointerId);
  };
  const onPointerMove = (event: PointerEvent) => {
    const corner = event.currentTarget as SVGGElement;
    if (!corner.hasPointerCapture(event.pointerId)) return;
    event.stopPropagation();
    const { left, top } = (corner.ownerSVGElement ?? corner).getBoundingClientRect();
    drawing.moveCorner(at, toImage({ x: event.clientX - left, y: event.clientY - top }));
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a corner of a drawing cannot be a button of HTML
    <g
      role="button"
      tabIndex={0}
      aria-label={`corner ${at + 1}`}
      onKeyDown={onKeyDown}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
    >
      <circle class="reach" cx={place.x} cy={place.y} r={REACH_RADIUS} />
      <circle class="handle" cx={place.x} cy={place.y} r={HANDLE_RADIUS} />
    </g>
  );
}
