import { type Point, panBy, toImage, zoomBy } from './viewport.ts';

/** What a pointer does on the picture, in its pixels. */
export interface Gestures {
  /** It is over a place, or has left. */
  readonly onHover: (at: Point | null) => void;
  /** It was pressed and released at a place. */
  readonly onPick: (at: Point) => void;
}

/** A wheel turns by about 100 px a notch; fingers on a pad, that the browser tells as a wheel with Control, by a few. */
const WHEEL_ZOOM = 0.0018;
const PAD_ZOOM = 0.012;
const LINE_PX = 33;
/** A press that moves less is no drag; a finger is not as still as a mouse. */
const STILL_PX = 4;
const STILL_FINGER_PX = 12;

/**
 * The wheel zooms at the pointer, two fingers zoom and move, a drag moves. What lies over the stage and takes the pointer for itself, as an
 * editor does, prevents the default of these events; its fingers are followed all the same, as a second one makes it the stage's again.
 * @returns what ends it
 */
export function listenToGestures(stage: HTMLElement, gestures: { readonly current: Gestures }): () => void {
  const ended = new AbortController();
  const { signal } = ended;
  const fingers = new Map<number, Point>();
  let travelPx = 0;
  /** Whether what is pressed is no tap: two fingers at once, or a pointer that something else took. */
  let isTaken = false;
  const placeOf = ({ clientX, clientY }: MouseEvent): Point => {
    const { left, top } = stage.getBoundingClientRect();
    return { x: clientX - left, y: clientY - top };
  };
  const onWheel = (event: WheelEvent) => {
    event.preventDefault();
    const turned = event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? event.deltaY : event.deltaY * LINE_PX;
    zoomBy(Math.exp(-turned * (event.ctrlKey ? PAD_ZOOM : WHEEL_ZOOM)), placeOf(event));
  };
  const onDown = (event: PointerEvent) => {
    if (event.button === 2) return;
    if (fingers.size === 0) travelPx = 0;
    isTaken = fingers.size > 0 || event.defaultPrevented;
    // A hand that lay there before a pen draws moves nothing, neither now nor when the pen is lifted.
    if (event.defaultPrevented && event.pointerType === 'pen') fingers.clear();
    fingers.set(event.pointerId, placeOf(event));
    if (event.defaultPrevented) return;
    if (event.button === 1) event.preventDefault();
    stage.setPointerCapture(event.pointerId);
  };
  const onMove = (event: PointerEvent) => {
    const now = placeOf(event);
    const before = fingers.get(event.pointerId);
    if (before === undefined) {
      gestures.current.onHover(toImage(now));
      return;
    }
    const other = [...fingers].find(([id]) => id !== event.pointerId)?.[1];
    fingers.set(event.pointerId, now);
    travelPx += distance(before, now);
    if (event.defaultPrevented) return;
    if (other === undefined) panBy({ x: now.x - before.x, y: now.y - before.y });
    else pinch(other, before, now);
  };
  const onUp = (event: PointerEvent) => {
    const isLast = fingers.delete(event.pointerId) && fingers.size === 0;
    const isStill = travelPx < (event.pointerType === 'touch' ? STILL_FINGER_PX : STILL_PX);
    if (isLast && isStill && !isTaken && event.button === 0 && event.type === 'pointerup') gestures.current.onPick(toImage(placeOf(event)));
  };
  stage.addEventListener('wheel', onWheel, { passive: false, signal });
  stage.addEventListener('pointerdown', onDown, { signal });
  stage.addEventListener('pointermove', onMove, { signal });
  stage.addEventListener('pointerup', onUp, { signal });
  stage.addEventListener('pointercancel', onUp, { signal });
  stage.addEventListener('pointerleave', () => gestures.current.onHover(null), { signal });
  return () => ended.abort();
}

/** One of two fingers moved: what was between them stays between them. */
function pinch(other: Point, before: Point, now: Point): void {
  const middle = between(other, now);
  const middleBefore = between(other, before);
  panBy({ x: middle.x - middleBefore.x, y: middle.y - middleBefore.y });
  zoomBy(Math.max(1, distance(other, now)) / Math.max(1, distance(other, before)), middle);
}

const between = (a: Point, b: Point): Point => ({ x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 });
const distance = (a: Point, b: Point): number => Math.hypot(a.x - b.x, a.y - b.y);
