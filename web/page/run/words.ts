/** 0.4 s, 75 s, 12 min 5 s, 2 h 3 min. */
export function durationWords(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 100) return ms < 10_000 ? `${(ms / 1000).toFixed(1)} s` : `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 100 ? `${minutes} min ${seconds % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** Local time of day. */
export const clockWords = (ms: number): string => new Date(ms).toTimeString().slice(0, 8);

/** Local day and time of day. */
export function momentWords(ms: number): string {
  const at = new Date(ms);
  const day = `${at.getFullYear()}-${String(at.getMonth() + 1).padStart(2, '0')}-${String(at.getDate()).padStart(2, '0')}`;
  return `${day} ${clockWords(ms)}`;
}

/** 1,234,567 */
export const countWords = (count: number): string => count.toLocaleString('en-US');

/** A value of a metric: four digits that count; a dash where there is none. */
export function valueWords(value: number | null | undefined): string {
  if (value == null) return '–';
  if (value !== 0 && Math.abs(value) < 0.001) return value.toExponential(1);
  return Math.abs(value) >= 1000 ? countWords(Math.round(value)) : value.toPrecision(Math.abs(value) >= 1 ? 4 : 3);
}

/** `mayTryAgain` as people write: may try again. */
export const spaced = (name: string): string =>
  name
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replace(/-/g, ' ')
    .toLowerCase();
