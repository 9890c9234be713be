import type { Box, Rng, Size } from '../../core/index.ts';
import type { Rgb } from '../canvas.ts';
import { colorDistance, fromHsv } from './color.ts';
import { type Distance, SHAPES } from './shapes.ts';

/** An object of a scene before it is painted. */
export interface SceneObject {
  /** Index in {@link SHAPES}. */
  readonly shape: number;
  /** Distance to its outline in pixels, from a point of the picture; negative inside. */
  readonly distance: Distance;
  /** Coordinates within the object, -1..1: its texture turns with it. */
  readonly toLocal: (x: number, y: number) => { readonly x: number; readonly y: number };
  /** Integer box that holds all its pixels; it may reach out of the picture. */
  readonly reach: Box;
  readonly radiusPx: number;
  readonly color: Rgb;
  readonly texture: 'plain' | 'striped' | 'mottled';
  /** Width of the rounded edge in pixels; the radius makes a dome. */
  readonly bevelPx: number;
  /** Strength of the highlight, 0..1. */
  readonly gloss: number;
  readonly seed: number;
}

/** Draws an object of a random class; `grounds` are the colours that it must not vanish in. */
export function drawObject(rng: Rng, size: Size, grounds: readonly Rgb[]): SceneObject {
  const shape = drawShape(rng);
  const side = Math.min(size.width, size.height);
  const radiusPx = side * 0.075 * 2.6 ** rng.next();
  const center = { x: drawCenter(rng, size.width, radiusPx), y: drawCenter(rng, size.height, radiusPx) };
  const angle = rng.uniform(0, 2 * Math.PI);
  const cos = Math.cos(angle) / radiusPx;
  const sin = Math.sin(angle) / radiusPx;
  const toLocal = (x: number, y: number) => ({
    x: (x - center.x) * cos + (y - center.y) * sin,
    y: (y - center.y) * cos - (x - center.x) * sin,
  });
  const outline = SHAPES[shape]!.outline(rng);
  const distance: Distance = (x, y) => {
    const local = toLocal(x, y);
    return outline(local.x, local.y) * radiusPx;
  };
  return {
    shape,
    distance,
    toLocal,
    reach: reachOf(center, radiusPx),
    radiusPx,
    color: drawColor(rng, SHAPES[shape]!.favoriteHue, grounds),
    texture: (['plain', 'plain', 'striped', 'mottled'] as const)[rng.integer(4)]!,
    bevelPx: radiusPx * (rng.chance(0.4) ? rng.uniform(0.7, 1) : rng.uniform(0.12, 0.4)),
    gloss: rng.chance(0.5) ? rng.uniform(0.2, 0.7) : 0,
    seed: rng.integer(2 ** 31),
  };
}

function drawShape(rng: Rng): number {
  let rest = rng.next();
  const found = SHAPES.findIndex(({ frequency }) => {
    rest -= frequency;
    return rest < 0;
  });
  return found >= 0 ? found : SHAPES.length - 1;
}

/** Up to a third of the radius may be cut off by the picture's edge. */
const drawCenter = (rng: Rng, length: number, radius: number): number => rng.uniform(0.67 * radius, length - 0.67 * radius);

function reachOf(center: { x: number; y: number }, radius: number): Box {
  // No outline leaves 1.3 of its radius.
  const span = 1.3 * radius;
  return {
    x1: Math.floor(center.x - span),
    y1: Math.floor(center.y - span),
    x2: Math.ceil(center.x + span),
    y2: Math.ceil(center.y + span),
  };
}

const MIN_CONTRAST = 75;

/** A colour that stands out from the ground; the best of a few where none does. */
function drawColor(rng: Rng, favoriteHue: number, grounds: readonly Rgb[]): Rgb {
  const contrast = (color: Rgb): number => Math.min(...grounds.map((ground) => colorDistance(color, ground)));
  let best: Rgb = [0, 0, 0];
  for (let attempt = 0; attempt < 8; attempt++) {
    const hue = rng.chance(0.5) ? favoriteHue + 0.05 * rng.normal() : rng.next();
    const color = fromHsv(hue, rng.uniform(0.35, 0.95), rng.uniform(0.4, 0.98));
    if (attempt === 0 || contrast(color) > contrast(best)) best = color;
    if (contrast(best) >= MIN_CONTRAST) break;
  }
  return best;
}
