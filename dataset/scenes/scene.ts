import {
  areaOf,
  type Box,
  type CategoryId,
  categoryId,
  clipBox,
  derivedSeed,
  type RgbImage,
  type Rle,
  type Rng,
  rle,
  type Size,
  stream,
} from '../../core/index.ts';
import { Canvas } from '../canvas.ts';
import type { CocoCategory } from '../coco-categories.ts';
import { type Background, groundAt, planBackground } from './background.ts';
import { grain } from './noise.ts';
import { type Light, paintObject } from './paint.ts';
import { drawObject, type SceneObject } from './scene-object.ts';
import { SHAPES } from './shapes.ts';

/** An object of a scene: the mask is what is visible of it, with every pixel whose centre is inside its outline. */
export interface SceneInstance {
  readonly category: CategoryId;
  readonly mask: Rle;
  readonly box: Box;
}

export interface Scene {
  readonly image: RgbImage;
  readonly instances: readonly SceneInstance[];
}

/** The classes of the scenes, with ids from 1. */
export const SCENE_CATEGORIES: readonly CocoCategory[] = SHAPES.map(({ name }, index) => ({ id: categoryId(index + 1), name }));

/** Renders a scene with 2 to 7 objects and its exact masks: a pure function of seed, index and size (each side 32 px or more). */
export function renderScene(seed: number, index: number, size: Size): Scene {
  const background = planBackground(seed, index, size);
  const layout = layOutObjects(stream(seed, 'scene-objects', index), size, background);
  const canvas = new Canvas({ size, data: new Uint8Array(areaOf(size) * 3) });
  paintGround(canvas, background);
  const light = planLight(stream(seed, 'scene-light', index), size);
  for (const object of layout.objects) paintObject(canvas, object, light);
  expose(canvas, stream(seed, 'scene-sensor', index), derivedSeed(seed, 'scene-grain', index));
  return {
    image: { size, data: canvas.data },
    instances: layout.objects.map((object, order) => instanceOf(object, layout.owners, order, size)),
  };
}

/** Objects from the lowest to the topmost, and for each pixel the topmost object there: its place in `objects` plus 1, or 0. */
interface Layout {
  readonly objects: SceneObject[];
  readonly owners: Uint8Array;
}

const ATTEMPTS_PER_OBJECT = 6;
const MIN_VISIBLE_PX = 30;
const MIN_VISIBLE_FRACTION = 0.4;

/** Places objects one over the other. A place that would hide too much of an earlier object is drawn anew, or given up. */
function layOutObjects(rng: Rng, size: Size, { colors }: Background): Layout {
  const objects: SceneObject[] = [];
  const owners = new Uint8Array(areaOf(size));
  const areas: { total: number; visible: number }[] = [];
  const wanted = 2 + rng.integer(6);
  for (let attempt = 0; objects.length < wanted && attempt < wanted * ATTEMPTS_PER_OBJECT; attempt++) {
    const object = drawObject(rng, size, colors);
    const pixels = pixelsOf(object, size);
    const hidden = countOwners(pixels, owners, objects.length);
    const hidesTooMuch = areas.some(({ total, visible }, order) => visible - hidden[order + 1] < MIN_VISIBLE_FRACTION * total);
    if (pixels.length < MIN_VISIBLE_PX || hidesTooMuch) continue;
    for (const [order, area] of areas.entries()) area.visible -= hidden[order + 1];
    objects.push(object);
    areas.push({ total: pixels.length, visible: pixels.length });
    for (const at of pixels) owners[at] = objects.length;
  }
  return { objects, owners };
}

function pixelsOf({ reach, distance }: SceneObject, size: Size): number[] {
  const { x1, y1, x2, y2 } = clipBox(reach, size);
  const pixels: number[] = [];
  for (let y = y1; y < y2; y++) for (let x = x1; x < x2; x++) if (distance(x + 0.5, y + 0.5) < 0) pixels.push(y * size.width + x);
  return pixels;
}

function countOwners(pixels: readonly number[], owners: Uint8Array, objects: number): Uint32Array {
  const counts = new Uint32Array(objects + 1);
  for (const at of pixels) counts[owners[at]]++;
  return counts;
}

function instanceOf({ shape }: SceneObject, owners: Uint8Array, order: number, size: Size): SceneInstance {
  const mask = rle.encode({ size, data: owners.map((owner) => (owner === order + 1 ? 1 : 0)) });
  return { category: SCENE_CATEGORIES[shape]!.id, mask, box: rle.toBox(mask) };
}

/** Light from the upper half, at 35 to 65 degrees above the ground. */
function planLight(rng: Rng, size: Size): Light {
  const azimuth = rng.uniform(-0.15, 1.15) * Math.PI;
  const elevation = rng.uniform(0.2, 0.36) * Math.PI;
  const level = Math.cos(elevation);
  const shadowPx = rng.uniform(0.02, 0.05) * Math.min(size.width, size.height);
  return { x: level * Math.cos(azimuth), y: -level * Math.sin(azimuth), z: Math.sin(elevation), shadowPx };
}

function paintGround(canvas: Canvas, background: Background): void {
  const { width, height } = canvas.size;
  for (let y = 0, at = 0; y < height; y++) for (let x = 0; x < width; x++, at++) canvas.data.set(groundAt(background, x, y), 3 * at);
}

/** The camera: exposure, a fall-off towards the corners, and sensor noise of 2 to 8 levels. */
function expose(canvas: Canvas, rng: Rng, seed: number): void {
  const { data, size } = canvas;
  const gain = rng.uniform(0.8, 1.12);
  const fallOff = rng.uniform(0, 0.35);
  const noise = rng.uniform(2, 8);
  for (let pixel = 0; pixel < areaOf(size); pixel++) {
    const x = (pixel % size.width) / size.width - 0.5;
    const y = Math.floor(pixel / size.width) / size.height - 0.5;
    const level = gain * (1 - fallOff * (x * x + y * y) * 2);
    for (let at = 3 * pixel; at < 3 * pixel + 3; at++)
      data[at] = Math.max(0, Math.min(255, Math.round(data[at] * level + noise * grain(at, seed))));
  }
}
