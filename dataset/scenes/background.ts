import { type Rng, type Size, stream } from '../../core/index.ts';
import type { Rgb } from '../canvas.ts';
import { fromHsv } from './color.ts';
import { cloud, mixOf, smoothStep } from './noise.ts';

/** Where between its two colours a background is at a pixel, 0..1. */
type Pattern = (x: number, y: number) => number;

/** A textured ground of two colours, lit from one side. */
export interface Background {
  readonly colors: readonly [Rgb, Rgb];
  readonly pattern: Pattern;
}

/** Draws the ground of a scene: clouds, a gradient, stripes or checks, each a little disturbed. */
export function planBackground(seed: number, index: number, size: Size): Background {
  const rng = stream(seed, 'scene-background', index);
  const first = groundColor(rng);
  const second = rng.chance(0.5) ? groundColor(rng) : shiftOf(first, rng.uniform(-70, 70));
  const kinds = [clouds, gradient, stripes, checks];
  return { colors: [first, second], pattern: kinds[rng.integer(kinds.length)]!(rng, Math.min(size.width, size.height)) };
}

const groundColor = (rng: Rng): Rgb => fromHsv(rng.next(), rng.uniform(0.05, 0.6), rng.uniform(0.25, 0.9));
const shiftOf = (color: Rgb, by: number): Rgb => color.map((channel) => Math.max(0, Math.min(255, channel + by))) as unknown as Rgb;

function clouds(rng: Rng, side: number): Pattern {
  const scale = rng.uniform(2.5, 7) / side;
  const seed = latticeSeed(rng);
  return (x, y) => smoothStep(0.25, 0.75, cloud(x * scale, y * scale, seed));
}

function gradient(rng: Rng, side: number): Pattern {
  const { across, seed } = direction(rng);
  return (x, y) => 0.5 + across(x - side / 2, y - side / 2) / (1.4 * side) + 0.35 * (cloud((6 * x) / side, (6 * y) / side, seed) - 0.5);
}

function stripes(rng: Rng, side: number): Pattern {
  const { across, seed } = direction(rng);
  const frequency = (2 * Math.PI * rng.uniform(3, 9)) / side;
  const warp = rng.uniform(0, 0.16) * side;
  const sharpness = rng.uniform(0.15, 1);
  return (x, y) => {
    const bend = warp * cloud((4 * x) / side, (4 * y) / side, seed);
    return smoothStep(-sharpness, sharpness, Math.sin(frequency * (across(x, y) + bend)));
  };
}

function checks(rng: Rng, side: number): Pattern {
  const { across, along, seed } = direction(rng);
  const frequency = (2 * Math.PI * rng.uniform(2, 5)) / side;
  return (x, y) => {
    const bend = 0.06 * side * cloud((4 * x) / side, (4 * y) / side, seed);
    return smoothStep(-0.25, 0.25, Math.sin(frequency * (across(x, y) + bend)) * Math.sin(frequency * (along(x, y) + bend)));
  };
}

function direction(rng: Rng): { across: Pattern; along: Pattern; seed: number } {
  const angle = rng.uniform(0, Math.PI);
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  return { across: (x, y) => x * cos + y * sin, along: (x, y) => y * cos - x * sin, seed: latticeSeed(rng) };
}

const latticeSeed = (rng: Rng): number => rng.integer(2 ** 31);

/** The ground's colour at a pixel. */
export function groundAt({ colors: [first, second], pattern }: Background, x: number, y: number): Rgb {
  const share = Math.max(0, Math.min(1, pattern(x, y)));
  return [mixOf(first[0], second[0], share), mixOf(first[1], second[1], share), mixOf(first[2], second[2], share)];
}
