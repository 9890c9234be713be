import type { Paint } from '../mask-paint.ts';

/** Of the earlier and the later round: orange and blue, which people who see colours differently tell apart. */
export const BEFORE_PAINT: Paint = [230, 120, 0, 40];
export const NOW_PAINT: Paint = [40, 140, 255, 70];
