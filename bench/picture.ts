import { areaOf, type RgbImage, type Rng, rle, stream } from '../core/index.ts';
import { pictureSize, type SceneObject } from './scene.ts';

const { width, height } = pictureSize;
/** Sides of the noise field; a power of two, so that windows wrap around cheaply. */
const fieldSide = 1024;

/**
 * Draws made pictures with 1/f texture, so that a JPEG of one weighs about what a photograph's does.
 * The noise is made once a seed; each surface shows windows of it that chance picks.
 */
export class ScenePainter {
  readonly #seed: number;
  readonly #field: Float32Array;

  constructor(seed: number) {
    this.#seed = seed;
    this.#field = noiseField(stream(seed, 'bench-noise'));
  }

  /** The picture of these objects, each in a colour and texture of its own, over a shaded ground. */
  paint(imageId: number, objects: readonly SceneObject[]): RgbImage {
    const rng = stream(this.#seed, 'bench-picture', imageId);
    const data = new Uint8ClampedArray(areaOf(pictureSize) * 3);
    const ground = drawSurface(rng, { dark: 60, bright: 190, faint: 14, rough: 30 });
    this.#fill(data, ground, new Uint8Array(areaOf(pictureSize)).fill(1));
    for (const { mask } of objects) {
      this.#fill(data, drawSurface(rng, { dark: 20, bright: 235, faint: 4, rough: 22 }), rle.decode(mask).data);
    }
    return { size: pictureSize, data: new Uint8Array(data.buffer) };
  }

  #fill(data: Uint8ClampedArray, { channels, contrast }: Surface, mask: Uint8Array): void {
    for (const [channel, { level, slopeX, slopeY, window }] of channels.entries()) {
      for (let y = 0, at = 0; y < height; y++) {
        const line = ((y + (window >> 10)) & (fieldSide - 1)) * fieldSide;
        const shade = level + slopeY * (y / height - 0.5) - slopeX / 2;
        for (let x = 0; x < width; x++, at++) {
          if (mask[at] === 0) continue;
          const noise = this.#field[line + ((x + window) & (fieldSide - 1))];
          data[at * 3 + channel] = shade + (slopeX * x) / width + contrast * noise;
        }
      }
    }
  }
}

interface Surface {
  readonly contrast: number;
  /** `window` is the place in the noise field that the picture's first pixel shows. */
  readonly channels: readonly { readonly level: number; readonly slopeX: number; readonly slopeY: number; readonly window: number }[];
}

function drawSurface(rng: Rng, range: { dark: number; bright: number; faint: number; rough: number }): Surface {
  const contrast = rng.uniform(range.faint, range.rough);
  const channels = Array.from({ length: 3 }, () => ({
    level: rng.uniform(range.dark, range.bright),
    slopeX: rng.uniform(-40, 40),
    slopeY: rng.uniform(-40, 40),
    window: rng.integer(fieldSide * fieldSide),
  }));
  return { contrast, channels };
}

/** Octaves of smoothed lattices whose strength falls with their fineness, and grain: about 1 of standard deviation. */
function noiseField(rng: Rng): Float32Array {
  const field = new Float32Array(fieldSide * fieldSide);
  for (let cell = 64, strength = 0.45; cell >= 2; cell /= 2, strength *= 0.62) addOctave(field, rng, cell, strength);
  for (let at = 0; at < field.length; at++) field[at] += grain * (rng.next() + rng.next() - 1);
  return field;
}

/** Chosen with `noiseField`'s octaves so that a JPEG of quality 90 has 80 to 130 kB. */
const grain = 1.4;

function addOctave(field: Float32Array, rng: Rng, cell: number, strength: number): void {
  const side = fieldSide / cell;
  const lattice = Float32Array.from({ length: side * side }, () => strength * rng.normal());
  for (let y = 0, at = 0; y < fieldSide; y++) {
    const down = (y % cell) / cell;
    const upper = Math.floor(y / cell) * side;
    const lower = (Math.floor(y / cell + 1) % side) * side;
    for (let x = 0; x < fieldSide; x++, at++) {
      const across = (x % cell) / cell;
      const left = Math.floor(x / cell);
      const right = (left + 1) % side;
      const top = lattice[upper + left] * (1 - across) + lattice[upper + right] * across;
      const bottom = lattice[lower + left] * (1 - across) + lattice[lower + right] * across;
      field[at] += top * (1 - down) + bottom * down;
    }
  }
}
