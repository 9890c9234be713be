import { toImage } from '../image/viewport.ts';
import { type MaskDrawing, tool } from './mask-drawing.ts';
import type { Ink } from './mask-edit.ts';
import type { Point } from './stroke-spans.ts';

/** As `PointerEvent.button` has them: the main one, a touch or the tip of a pen, and the other end of a pen. */
const MAIN = 0;
const PEN_ERASER = 5;

/** What a pointer that is down draws. */
type Held = { readonly pointer: number } & ({ readonly does: 'stroke'; readonly ink: Ink } | { readonly does: 'corner' });

/**
 * What pointers do on the canvas of a mask. One draws, whatever it is: mouse, finger or pen; the other end of a pen erases. What it takes
 * is told to the stage below by preventing the default. A second finger takes back what the first began, and both move the picture; a hand
 * that lies beside a pen does nothing.
 * @param showCursor is told where the pointer is
 */
export function maskPointer(drawing: MaskDrawing, showCursor: (event: PointerEvent) => void) {
  let held: Held | null = null;
  const isHeld = (event: PointerEvent) => held?.pointer === event.pointerId;
  const begin = (event: PointerEvent) => {
    const canvas = event.currentTarget as HTMLCanvasElement;
    event.preventDefault();
    canvas.setPointerCapture(event.pointerId);
    held = heldBy(event);
    if (held.does === 'corner') drawing.addCorner(toImage(placeOf(event, canvas)));
    else stroke(drawing, event, held.ink);
  };
  const end = (event: PointerEvent) => {
    if (!isHeld(event)) return;
    event.preventDefault();
    if (held?.does === 'stroke') drawing.endStroke();
    held = null;
  };
  return {
    onPointerDown: (event: PointerEvent) => {
      showCursor(event);
      if (held === null) {
        if (event.isPrimary && [MAIN, PEN_ERASER].includes(event.button)) begin(event);
      } else if (event.isPrimary) event.stopPropagation();
      else {
        takeBack(drawing, held);
        held = null;
      }
    },
    onPointerMove: (event: PointerEvent) => {
      showCursor(event);
      if (held === null || !isHeld(event)) return;
      event.preventDefault();
      if (held.does === 'stroke') stroke(drawing, event, held.ink);
      else drawing.moveCorner(drawing.corners.peek().length - 1, toImage(placeOf(event, event.currentTarget as HTMLCanvasElement)));
    },
    onPointerUp: end,
    onPointerCancel: end,
    onDblClick: () => drawing.fill(1),
  };
}

function heldBy({ pointerId: pointer, button }: PointerEvent): Held {
  if (tool.peek() === 'polygon') return { pointer, does: 'corner' };
  return { pointer, does: 'stroke', ink: button === PEN_ERASER || tool.peek() === 'eraser' ? 0 : 1 };
}

/** All places that the pointer passed since the last event, of which a browser makes one. */
function stroke(drawing: MaskDrawing, event: PointerEvent, ink: Ink): void {
  const canvas = event.currentTarget as HTMLCanvasElement;
  const passed = event.getCoalescedEvents?.() ?? [];
  for (const one of passed.length > 0 ? passed : [event]) drawing.strokeTo(toImage(placeOf(one, canvas)), ink);
}

function takeBack(drawing: MaskDrawing, { does }: Held): void {
  if (does === 'stroke') drawing.cancelStroke();
  else drawing.removeCorner(drawing.corners.peek().length - 1);
}

/** Where on the canvas a pointer is. */
export function placeOf({ clientX, clientY }: PointerEvent, canvas: HTMLCanvasElement): Point {
  const { left, top } = canvas.getBoundingClientRect();
  return { x: clientX - left, y: clientY - top };
}
