import type { Rng } from '../../core/index.ts';

/** Signed distance of a point to an outline of about unit radius; negative inside. x right, y down. */
export type Distance = (x: number, y: number) => number;

/** A class of the demo scenes. */
export interface Shape {
  readonly name: string;
  /** Share of all objects: a long tail, as real data has it. */
  readonly frequency: number;
  /** The hue (0..1) that half of its objects are near to; the other half have any, so that colour alone does not tell the class. */
  readonly favoriteHue: number;
  /** An outline of this class; no two are quite alike. */
  readonly outline: (rng: Rng) => Distance;
}

export const SHAPES: readonly Shape[] = [
  { name: 'disc', frequency: 0.34, favoriteHue: 0.02, outline: () => disc(0, 0, 1) },
  { name: 'box', frequency: 0.24, favoriteHue: 0.6, outline: (rng) => box(0.92, rng.uniform(0.5, 0.92), 0.1) },
  { name: 'triangle', frequency: 0.17, favoriteHue: 0.33, outline: (rng) => triangle(rng.uniform(0.85, 1.15)) },
  { name: 'star', frequency: 0.12, favoriteHue: 0.13, outline: (rng) => star(rng.uniform(0.42, 0.52)) },
  { name: 'ring', frequency: 0.08, favoriteHue: 0.8, outline: (rng) => ring(rng.uniform(0.2, 0.27)) },
  { name: 'crescent', frequency: 0.05, favoriteHue: 0.5, outline: (rng) => crescent(rng.uniform(0.42, 0.58)) },
];

function disc(centerX: number, centerY: number, radius: number): Distance {
  return (x, y) => Math.hypot(x - centerX, y - centerY) - radius;
}

function box(halfWidth: number, halfHeight: number, corner: number): Distance {
  return (x, y) => {
    const dx = Math.abs(x) - halfWidth + corner;
    const dy = Math.abs(y) - halfHeight + corner;
    return Math.hypot(Math.max(dx, 0), Math.max(dy, 0)) + Math.min(Math.max(dx, dy), 0) - corner;
  };
}

function triangle(stretch: number): Distance {
  return polygon([0, 1, 2].map((corner) => onCircle(corner / 3, 1.08, stretch)));
}

function star(innerRadius: number): Distance {
  return polygon(Array.from({ length: 10 }, (_, corner) => onCircle(corner / 10, corner % 2 === 0 ? 1.12 : innerRadius, 1)));
}

/** A band of the given half width around a circle: the hole belongs to the background. */
function ring(halfWidth: number): Distance {
  return (x, y) => Math.abs(Math.hypot(x, y) - (1 - halfWidth)) - halfWidth;
}

/** A disc with a bite. */
function crescent(shift: number): Distance {
  const whole = disc(0, 0, 1);
  const bite = disc(shift, 0, 0.82);
  return (x, y) => Math.max(whole(x, y), -bite(x, y));
}

interface Point {
  readonly x: number;
  readonly y: number;
}

/** A point at a share of the full turn, starting at the top. */
function onCircle(turn: number, radius: number, stretch: number): Point {
  const angle = 2 * Math.PI * turn;
  return { x: radius * stretch * Math.sin(angle), y: -radius * Math.cos(angle) };
}

/** Distance to a closed polygon: the nearest edge, with the sign of even-odd filling. */
function polygon(corners: readonly Point[]): Distance {
  const edges = corners.map(({ x, y }, index) => {
    const to = corners[(index + 1) % corners.length]!;
    const dx = to.x - x;
    const dy = to.y - y;
    return { fromX: x, fromY: y, toY: to.y, dx, dy, lengthSquared: dx * dx + dy * dy };
  });
  return (x, y) => {
    let nearest = Number.POSITIVE_INFINITY;
    let inside = false;
    for (const { fromX, fromY, toY, dx, dy, lengthSquared } of edges) {
      const along = Math.max(0, Math.min(1, ((x - fromX) * dx + (y - fromY) * dy) / lengthSquared));
      const restX = x - fromX - along * dx;
      const restY = y - fromY - along * dy;
      nearest = Math.min(nearest, restX * restX + restY * restY);
      if (fromY > y !== toY > y && x < fromX + ((y - fromY) / dy) * dx) inside = !inside;
    }
    return inside ? -Math.sqrt(nearest) : Math.sqrt(nearest);
  };
}
