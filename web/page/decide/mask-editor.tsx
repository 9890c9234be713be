import { useSignalEffect } from '@preact/signals';
import { useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import { offset, zoom } from '../image/viewport.ts';
import { type Editing, editing, stopEditing } from './editing.ts';
import { diameter, MaskDrawing, resizeBrush, type Tool, tool } from './mask-drawing.ts';
import { MaskPainter } from './mask-painter.ts';
import { maskPointer, placeOf } from './mask-pointer.ts';
import { MaskToolbar } from './mask-toolbar.tsx';
import { PolygonCorners } from './polygon-corners.tsx';
import type { Point } from './stroke-spans.ts';
import { useKeys } from './use-keys.ts';
import './decide.css';

/** Lies over the stage of a picture and draws a mask on it, while one is edited. */
export function MaskEditor() {
  const edited = editing.value;
  return edited === null ? null : <OpenEditor key={edited.title} edited={edited} />;
}

function OpenEditor({ edited }: { readonly edited: Editing }) {
  const editor = useRef<HTMLElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const cursor = useRef<HTMLDivElement>(null);
  const painter = useRef<MaskPainter | null>(null);
  const drawing = useMemo(() => new MaskDrawing(edited.mask, (changed) => painter.current?.changed(changed)), [edited]);
  const pointer = useMemo(() => {
    const showCursor = (event: PointerEvent) => {
      if (cursor.current !== null && canvas.current !== null) placeCursor(cursor.current, placeOf(event, canvas.current));
    };
    return maskPointer(drawing, showCursor);
  }, [drawing]);
  usePainter(canvas, painter, drawing);
  // Who asks for it at the foot of a narrow page does not see the picture.
  useLayoutEffect(() => editor.current?.scrollIntoView({ block: 'nearest' }), []);
  const keep = () => keepMask(drawing, edited);
  useEditorKeys(drawing, keep);
  return (
    <section ref={editor} class={`mask-editor tool-${tool.value}`} aria-label={edited.title}>
      <canvas ref={canvas} aria-label={`${edited.title}, drawn by pointer`} {...pointer} />
      {(tool.value === 'brush' || tool.value === 'eraser') && <div ref={cursor} class="brush-cursor" aria-hidden="true" />}
      <PolygonCorners drawing={drawing} />
      <MaskToolbar title={edited.title} drawing={drawing} keep={keep} drop={stopEditing} />
    </section>
  );
}

/** An open polygon is filled first: who kept it meant it. An empty mask cannot be kept, which the toolbar says. */
function keepMask(drawing: MaskDrawing, { keep }: Editing): void {
  if (drawing.canFill) drawing.fill(1);
  if (drawing.areaPx2.value === 0) return;
  stopEditing();
  keep(drawing.edit.counts());
}

type Ref<Value> = { readonly current: Value | null };

function usePainter(canvas: Ref<HTMLCanvasElement>, painter: { current: MaskPainter | null }, drawing: MaskDrawing): void {
  useLayoutEffect(() => {
    const element = canvas.current;
    if (element === null) return;
    const placement = () => scaled(window.devicePixelRatio);
    const own = new MaskPainter(element, drawing.edit.mask, placement);
    painter.current = own;
    const fit = () => {
      element.width = Math.round(element.clientWidth * window.devicePixelRatio);
      element.height = Math.round(element.clientHeight * window.devicePixelRatio);
      own.moved();
    };
    const observer = new ResizeObserver(fit);
    observer.observe(element);
    fit();
    return () => {
      observer.disconnect();
      own.stop();
    };
  }, [drawing]);
  useSignalEffect(() => {
    zoom.value;
    offset.value;
    painter.current?.moved();
  });
}

/** Where the picture lies on a canvas of so many pixels a pixel of the page. */
const scaled = (ratio: number) => ({ zoom: zoom.value * ratio, x: offset.value.x * ratio, y: offset.value.y * ratio });

function useEditorKeys(drawing: MaskDrawing, keep: () => void): void {
  const chosen = (next: Tool) => () => {
    tool.value = next;
  };
  useKeys([
    { key: 'b', does: 'brush', act: chosen('brush') },
    { key: 'e', does: 'eraser', act: chosen('eraser') },
    { key: 'p', does: 'polygon', act: chosen('polygon') },
    { key: 'h', does: 'move the picture', act: chosen('move') },
    { key: '[', does: 'smaller brush', act: () => resizeBrush(1 / 1.2) },
    { key: ']', does: 'larger brush', act: () => resizeBrush(1.2) },
    { key: 'f', does: 'fill the polygon', act: () => drawing.fill(1) },
    { key: 'x', does: 'cut the polygon out', act: () => drawing.fill(0) },
    { key: 'u', does: 'undo the last stroke', act: () => drawing.undo() },
    { key: 'Control+z', does: 'undo the last stroke', act: () => drawing.undo() },
    { key: 'y', does: 'do the stroke again', act: () => drawing.redo() },
    { key: 'Control+Shift+z', does: 'do the stroke again', act: () => drawing.redo() },
    { key: 'Enter', does: 'keep the mask', act: () => pressedOr(keep) },
    { key: 'Escape', does: 'drop what was drawn', act: stopEditing },
  ]);
}

/** Enter presses the button that has the focus. */
function pressedOr(act: () => void): void {
  if (document.activeElement instanceof HTMLButtonElement) document.activeElement.click();
  else act();
}

/** The ring that shows what the brush reaches. */
function placeCursor(ring: HTMLDivElement, at: Point): void {
  const reach = (diameter.peek() * zoom.peek()) / 2;
  ring.style.width = `${2 * reach}px`;
  ring.style.height = `${2 * reach}px`;
  ring.style.transform = `translate(${at.x - reach}px, ${at.y - reach}px)`;
}
