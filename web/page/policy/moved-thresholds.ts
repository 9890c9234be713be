import type { PolicyClass, PolicyFacts } from '../../contract/policy.ts';

/** Thresholds that a person moved, 0..1: one for all classes, and those of single ones, by id. */
export interface MovedThresholds {
  readonly all: number | null;
  readonly own: ReadonlyMap<number, number>;
}

export const NOT_MOVED: MovedThresholds = { all: null, own: new Map() };

type Query = Readonly<Record<string, string>>;

/** As an address says them; what is no threshold is left out. */
export function movedIn({ all, ...query }: Query): MovedThresholds {
  const own = Object.entries(query).flatMap(([name, text]) => {
    const category = /^t(\d+)$/.exec(name)?.[1];
    const threshold = thresholdIn(text);
    return category === undefined || threshold === null ? [] : [[Number(category), threshold] as const];
  });
  return { all: thresholdIn(all), own: new Map(own) };
}

function thresholdIn(text: string | undefined): number | null {
  const value = Number(text);
  return text !== undefined && text !== '' && value >= 0 && value <= 1 ? value : null;
}

/** The same as a part of an address. */
export const queryOf = ({ all, own }: MovedThresholds): Query => ({
  ...(all === null ? {} : { all: String(all) }),
  ...Object.fromEntries([...own].map(([category, threshold]) => [`t${category}`, String(threshold)])),
});

/** Thousandths: no slider is finer. */
const rounded = (threshold: number): number => Math.round(Math.min(1, Math.max(0, threshold)) * 1000) / 1000;

/** One for all classes takes the place of all that were moved before. */
export const moveAll = (threshold: number): MovedThresholds => ({ all: rounded(threshold), own: new Map() });

/** A threshold that goes back to where it was is not moved. */
export function moveOne(moved: MovedThresholds, { category, threshold: before }: PolicyClass, threshold: number): MovedThresholds {
  const own = new Map(moved.own);
  const value = rounded(threshold);
  if (value === (moved.all ?? before)) own.delete(category);
  else own.set(category, value);
  return { ...moved, own };
}

export const isMoved = ({ all, own }: MovedThresholds): boolean => all !== null || own.size > 0;

/** Of a class, 0..1. One above 1, which keeps nothing, is shown at the end. */
export const thresholdOf = ({ all, own }: MovedThresholds, { category, threshold }: PolicyClass): number =>
  own.get(category) ?? all ?? Math.min(1, threshold);

/** Where they differ from the settings, in words. */
export function differences(moved: MovedThresholds, { classes }: PolicyFacts): readonly string[] {
  const changed = classes.filter((one) => thresholdOf(moved, one) !== Math.min(1, one.threshold));
  const word = (one: PolicyClass) => `${one.name}: ${thresholdText(one.threshold)} → ${thresholdText(thresholdOf(moved, one))}`;
  if (moved.all === null) return changed.map(word);
  const apart = changed.filter(({ category }) => moved.own.has(category));
  return [`all classes: ${thresholdText(moved.all)}`, ...apart.map((one) => `but ${word(one)}`)];
}

/** Two digits, or three where they matter. */
export function thresholdText(threshold: number): string {
  if (threshold > 1) return 'keeps nothing';
  return threshold.toFixed(3).replace(/0$/, '');
}
