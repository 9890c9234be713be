import { computed, signal } from '@preact/signals';
import type { Size } from '../../../core/index.ts';

/** A place in pixels: of the picture, or of the stage that shows it, from its left upper corner. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A rectangle of the picture, half-open. */
export interface Area {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
}

interface Place {
  readonly zoom: number;
  readonly offset: Point;
}

const MOST_ZOOM = 64;
/** Room around a picture that fits, and around an object that is gone to, as shares of the stage. */
const FIT_SHARE = 0.98;
const OBJECT_SHARE = 0.5;
/** So much of a picture stays within the stage, however far it is moved. */
const LEAST_VISIBLE_PX = 40;

const imageSize = signal<Size>({ width: 1, height: 1 });
const stageSize = signal<Size>({ width: 1, height: 1 });
const place = signal<Place>({ zoom: 1, offset: { x: 0, y: 0 } });
/** A picture that was never moved stays fitted while the stage changes its size. */
let isFitted = true;

/** Pixels of the stage a pixel of the picture. */
export const zoom = computed(() => place.value.zoom);
/** Where the picture's left upper corner is on the stage. */
export const offset = computed(() => place.value.offset);
/** Whether a pixel of the picture is so large on the screen that it is shown as the square that it is. */
export const showsPixels = computed(() => zoom.value * window.devicePixelRatio > 2);

/** The place of the picture that is at a place of the stage. */
export function toImage({ x, y }: Point): Point {
  const { zoom: scale, offset: corner } = place.value;
  return { x: (x - corner.x) / scale, y: (y - corner.y) / scale };
}

/** The place of the stage at which a place of the picture is. */
export function toScreen({ x, y }: Point): Point {
  const { zoom: scale, offset: corner } = place.value;
  return { x: x * scale + corner.x, y: y * scale + corner.y };
}

/** Another picture: shown whole. */
export function showImage(size: Size): void {
  imageSize.value = size;
  fit();
}

/** The stage has another size: the picture stays fitted, or where it is. */
export function resizeStage(size: Size): void {
  stageSize.value = size;
  if (isFitted) fit();
  else move(place.value);
}

/** Shows all of the picture, in the middle. */
export function fit(): void {
  const scale = fittingZoom(imageSize.value, FIT_SHARE);
  move({ zoom: scale, offset: centered({ x: imageSize.value.width / 2, y: imageSize.value.height / 2 }, scale) });
  isFitted = true;
}

/** Shows a part of the picture with some of what is around it. */
export function showArea({ x1, y1, x2, y2 }: Area): void {
  const scale = clampZoom(fittingZoom({ width: Math.max(1, x2 - x1), height: Math.max(1, y2 - y1) }, OBJECT_SHARE));
  move({ zoom: scale, offset: centered({ x: (x1 + x2) / 2, y: (y1 + y2) / 2 }, scale) });
}

/** Moves the picture by pixels of the stage. */
export function panBy({ x, y }: Point): void {
  const { zoom: scale, offset: corner } = place.value;
  move({ zoom: scale, offset: { x: corner.x + x, y: corner.y + y } });
}

/** Zooms by a factor. What is at the place of the stage stays there; without one, what is in its middle. */
export function zoomBy(factor: number, at: Point = { x: stageSize.value.width / 2, y: stageSize.value.height / 2 }): void {
  const fixed = toImage(at);
  const scale = clampZoom(zoom.value * factor);
  move({ zoom: scale, offset: { x: at.x - fixed.x * scale, y: at.y - fixed.y * scale } });
}

/** Shows a pixel of the picture as one of the page. */
export const showActualSize = (): void => zoomBy(1 / zoom.value);

function move({ zoom: scale, offset: corner }: Place): void {
  isFitted = false;
  const { width, height } = stageSize.value;
  const x = within(corner.x, LEAST_VISIBLE_PX - imageSize.value.width * scale, width - LEAST_VISIBLE_PX);
  const y = within(corner.y, LEAST_VISIBLE_PX - imageSize.value.height * scale, height - LEAST_VISIBLE_PX);
  place.value = { zoom: scale, offset: { x, y } };
}

const within = (value: number, least: number, most: number): number =>
  Math.min(Math.max(value, Math.min(least, most)), Math.max(least, most));

const fittingZoom = ({ width, height }: Size, share: number): number =>
  Math.min(MOST_ZOOM, share * Math.min(stageSize.value.width / width, stageSize.value.height / height));

/** No smaller than half of what fits, and no larger than a pixel of which a few fill the stage. */
const clampZoom = (scale: number): number => Math.min(MOST_ZOOM, Math.max(scale, Math.min(1, fittingZoom(imageSize.value, 1) / 2)));

const centered = ({ x, y }: Point, scale: number): Point => ({
  x: stageSize.value.width / 2 - x * scale,
  y: stageSize.value.height / 2 - y * scale,
});
