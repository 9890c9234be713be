import { toImage } from '../image/viewport.ts';
import { type MaskDrawing, tool } from './mask-drawing.ts';
import type { Ink } from './mask-edit.ts';
import type { Point } from './stroke-spans.ts';

/** As `PointerEvent.button` has them: the main one, a touch or the tip of a pen, and the other end of a pen. */
const MAIN = 0;
const PEN_ERASER = 5;

/** What a pointer that is down draws. */
type Held = { readonly pointer: number; readonly type: string } & (
  | { readonly does: 'stroke'; readonly ink: Ink }
  | { readonly does: 'corner'; readonly at: number }
);

/**
 * What pointers do on the canvas of a mask. One draws, whatever it is: mouse, finger or pen; the other end of a pen erases. What it takes
 * is told to the stage below by preventing the default. A second finger takes back what the first began, and both move the picture. A hand
 * that lies beside a pen does nothing: what it began before the pen came is taken back, as is all that the system cancels.
 * @param showCursor is told where the pointer is
 */
export function maskPointer(drawing: MaskDrawing, showCursor: (event: PointerEvent) => void) {
  let held: Held | null = null;
  const isHeld = (event: PointerEvent) => held?.pointer === event.pointerId;
  const begin = (event: PointerEvent) => {
    const canvas = event.currentTarget as HTMLCanvasElement;
    event.preventDefault();
    canvas.setPointerCapture(event.pointerId);
    held = begun(drawing, event, canvas);
  };
  const takeBack = () => {
    if (held?.does === 'stroke') drawing.cancelStroke();
    else if (held !== null) drawing.removeCorner(held.at);
    held = null;
  };
  return {
    onPointerDown: (event: PointerEvent) => {
      showCursor(event);
      if (held?.type === 'touch' && event.pointerType === 'pen' && draws(event)) takeBack();
      if (held === null) {
        if (draws(event)) begin(event);
      } else if (event.isPrimary || held.type === 'pen') event.stopPropagation();
      else takeBack();
    },
    onPointerMove: (event: PointerEvent) => {
      showCursor(event);
      if (held === null || !isHeld(event)) return;
      event.preventDefault();
      if (held.does === 'stroke') stroke(drawing, event, held.ink);
      else drawing.moveCorner(held.at, toImage(placeOf(event, event.currentTarget as HTMLCanvasElement)));
    },
    onPointerUp: (event: PointerEvent) => {
      if (!isHeld(event)) return;
      event.preventDefault();
      if (held?.does === 'stroke') drawing.endStroke();
      held = null;
    },
    onPointerCancel: (event: PointerEvent) => {
      if (isHeld(event)) takeBack();
    },
    onDblClick: () => drawing.fill(1),
  };
}

const draws = ({ isPrimary, button }: PointerEvent): boolean => isPrimary && [MAIN, PEN_ERASER].includes(button);

function begun(drawing: MaskDrawing, event: PointerEvent, canvas: HTMLCanvasElement): Held {
  const { pointerId: pointer, pointerType: type, button } = event;
  if (tool.peek() === 'polygon') return { pointer, type, does: 'corner', at: drawing.addCorner(toImage(placeOf(event, canvas))) };
  const ink = button === PEN_ERASER || tool.peek() === 'eraser' ? 0 : 1;
  stroke(drawing, event, ink);
  return { pointer, type, does: 'stroke', ink };
}

/** All places that the pointer passed since the last event, of which a browser makes one. */
function stroke(drawing: MaskDrawing, event: PointerEvent, ink: Ink): void {
  const canvas = event.currentTarget as HTMLCanvasElement;
  const passed = event.getCoalescedEvents?.() ?? [];
  for (const one of passed.length > 0 ? passed : [event]) drawing.strokeTo(toImage(placeOf(one, canvas)), ink);
}

/** Where on the canvas a pointer is. */
export function placeOf({ clientX, clientY }: PointerEvent, canvas: HTMLCanvasElement): Point {
  const { left, top } = canvas.getBoundingClientRect();
  return { x: clientX - left, y: clientY - top };
}
