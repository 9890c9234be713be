import { type Box, clipBox, type Size } from '../../core/index.ts';
import type { Canvas, Rgb } from '../canvas.ts';
import { cloud, smoothStep } from './noise.ts';
import type { SceneObject } from './scene-object.ts';

/** Direction to the light (unit length, z towards the viewer) and how far a shadow falls, in pixels. */
export interface Light {
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly shadowPx: number;
}

const SHADOW_OPACITY = 0.5;
const AMBIENT = 0.42;
const DIFFUSE = 0.72;
const HIGHLIGHT_EXPONENT = 28;
const SHADOW_COLOR: Rgb = [8, 8, 14];

/** Paints an object over what is there: its soft shadow first, then its lit surface, blended by the share of each pixel that it covers. */
export function paintObject(canvas: Canvas, object: SceneObject, light: Light): void {
  castShadow(canvas, object, light);
  forEachPixel(object.reach, canvas.size, (at, x, y) => {
    const distance = object.distance(x, y);
    const coverage = Math.max(0, Math.min(1, 0.5 - distance));
    if (coverage > 0) canvas.blend(at, surfaceAt(object, light, x, y, distance), coverage);
  });
}

function castShadow(canvas: Canvas, { reach, distance, radiusPx }: SceneObject, { x: lightX, y: lightY, shadowPx }: Light): void {
  const blur = 0.18 * radiusPx + 1;
  const dx = -lightX * shadowPx;
  const dy = -lightY * shadowPx;
  const area = {
    x1: Math.floor(reach.x1 + dx - blur),
    y1: Math.floor(reach.y1 + dy - blur),
    x2: Math.ceil(reach.x2 + dx + blur),
    y2: Math.ceil(reach.y2 + dy + blur),
  };
  forEachPixel(area, canvas.size, (at, x, y) => {
    const opacity = SHADOW_OPACITY * (1 - smoothStep(-blur, blur, distance(x - dx, y - dy)));
    if (opacity > 0) canvas.blend(at, SHADOW_COLOR, opacity);
  });
}

/** Colour of the surface at a point: its texture under the light, on a rounded edge of `bevelPx`. */
function surfaceAt(object: SceneObject, light: Light, x: number, y: number, distance: number): Rgb {
  const slope = 1 - Math.max(0, Math.min(1, -distance / object.bevelPx));
  const normalX = slope * (object.distance(x + 0.5, y) - object.distance(x - 0.5, y));
  const normalY = slope * (object.distance(x, y + 0.5) - object.distance(x, y - 0.5));
  const normalZ = Math.sqrt(Math.max(0, 1 - normalX * normalX - normalY * normalY));
  const lit = Math.max(0, normalX * light.x + normalY * light.y + normalZ * light.z);
  const shade = (AMBIENT + DIFFUSE * lit) * textureAt(object, x, y);
  const highlight = 255 * object.gloss * highlightOf(normalX, normalY, normalZ, light);
  return object.color.map((channel) => Math.min(255, channel * shade + highlight)) as unknown as Rgb;
}

/** Blinn-Phong with the viewer straight above. */
function highlightOf(normalX: number, normalY: number, normalZ: number, { x, y, z }: Light): number {
  const length = Math.sqrt(x * x + y * y + (z + 1) * (z + 1));
  return Math.max(0, (normalX * x + normalY * y + normalZ * (z + 1)) / length) ** HIGHLIGHT_EXPONENT;
}

function textureAt({ texture, toLocal, seed }: SceneObject, x: number, y: number): number {
  if (texture === 'plain') return 1;
  const local = toLocal(x, y);
  if (texture === 'striped') return 0.68 + 0.32 * smoothStep(-0.3, 0.3, Math.sin(9 * local.x));
  return 0.6 + 0.55 * cloud(3 * local.x + 8, 3 * local.y + 8, seed);
}

/** Visits the pixels of a box inside the picture, at their centres. */
function forEachPixel(box: Box, size: Size, visit: (at: number, x: number, y: number) => void): void {
  const { x1, y1, x2, y2 } = clipBox(box, size);
  for (let y = y1; y < y2; y++) for (let x = x1; x < x2; x++) visit(y * size.width + x, x + 0.5, y + 0.5);
}
