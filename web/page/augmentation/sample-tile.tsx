import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Box, Size } from '../../../core/index.ts';
import type { SeenObject } from '../../contract/training.ts';
import { type Layer, shownLayers } from './layers.ts';
import { marksOf } from './mask-mark.ts';
import type { Seen } from './training-state.ts';

/** Pixels of a tile: enough for screens that have several a point. */
const SIDE = 360;

/** A training picture in small, with its marks; its place alone before it is drawn. */
export function SampleTile({ seen }: { readonly seen: Seen | null }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const layers = shownLayers.value;
  const { width, height } = tileSize(seen?.facts.size ?? { width: 1, height: 1 });
  useLayoutEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (context && seen !== null) paintTile(context, seen, layers);
  }, [seen, layers]);
  return <canvas ref={canvas} class="sample-tile" width={width} height={height} />;
}

const scaleOf = ({ width, height }: Size): number => SIDE / Math.max(width, height);
const tileSize = (size: Size): Size => ({ width: Math.round(size.width * scaleOf(size)), height: Math.round(size.height * scaleOf(size)) });

function paintTile(context: CanvasRenderingContext2D, { facts, pixels }: Seen, layers: ReadonlySet<Layer>): void {
  const scale = scaleOf(facts.size);
  context.resetTransform();
  context.scale(scale, scale);
  // Small pictures are shown as the squares that they are made of.
  context.imageSmoothingEnabled = scale < 1;
  context.imageSmoothingQuality = 'high';
  context.drawImage(pixels, 0, 0);
  for (const { layer, sprite } of marksOf(facts)) if (layers.has(layer)) context.drawImage(sprite.canvas, sprite.x, sprite.y);
  if (!layers.has('dropped')) return;
  context.strokeStyle = 'rgb(230 159 0)';
  context.lineWidth = 3 / scale;
  context.setLineDash([6 / scale, 4 / scale]);
  for (const object of facts.objects) if (isUnseen(object)) strokeBox(context, withinPicture(object.box, facts.size, 12 / scale));
}

/** A dropped object of which nothing is on the picture. */
const isUnseen = ({ dropped, areaPx2 }: SeenObject): boolean => dropped !== null && areaPx2 === 0;

function strokeBox(context: CanvasRenderingContext2D, { x1, y1, x2, y2 }: Box): void {
  context.strokeRect(x1, y1, x2 - x1, y2 - y1);
}

/** Where on the picture a box is marked that is beyond it, or too small to see: the nearest place, of a least size. */
function withinPicture({ x1, y1, x2, y2 }: Box, { width, height }: Size, leastPx: number): Box {
  const [left, right] = nearest(x1, x2, width, leastPx);
  const [top, bottom] = nearest(y1, y2, height, leastPx);
  return { x1: left, y1: top, x2: right, y2: bottom };
}

function nearest(from: number, to: number, length: number, least: number): readonly [number, number] {
  const start = Math.min(Math.max(0, from), length - least);
  return [start, Math.min(length, Math.max(start + least, to))];
}
