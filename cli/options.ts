import { readFileSync } from 'node:fs';
import { InvalidArgumentError } from 'commander';
import { parseConfig, type ResolvedConfig } from '../config/index.ts';
import { SelfpasteError } from '../core/index.ts';
import { type NumberRange, numberRange, STAGES, type Until } from '../pipeline/index.ts';

/** Options of commands that read a configuration. */
export interface ConfigOptions {
  readonly config: string;
  readonly set: readonly string[];
}

export const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value];

export function readConfig({ config, set }: ConfigOptions): ResolvedConfig {
  let text: string;
  try {
    text = readFileSync(config, 'utf8');
  } catch (error) {
    throw new SelfpasteError(
      'CONFIG_UNREADABLE',
      `Expected a configuration at ${config}, but it cannot be read: ${(error as Error).message}`,
      'write one with `selfpaste init DIR`, or name it with -c FILE',
      error,
    );
  }
  return parseConfig(text, config, set);
}

/** `round=N` or `stage=NAME`. */
export function parseUntil(text: string): Until {
  const [kind, value = ''] = text.split('=');
  const stage = STAGES.find((name) => name === value);
  if (kind === 'round' && /^\d+$/.test(value)) return { kind: 'round', round: Number(value) };
  if (kind === 'stage' && stage) return { kind: 'stage', stage };
  throw new InvalidArgumentError(`Expected round=N or stage=NAME (${STAGES.join(', ')}).`);
}

/** A number in a range, for commander. */
export function numberBetween(from: number, to: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !(value >= from && value <= to)) throw new InvalidArgumentError(`Expected a number from ${from} to ${to}.`);
    return value;
  };
}

/** A whole number of at least `least`, for commander. */
export function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isSafeInteger(value) || value < least)
      throw new InvalidArgumentError(`Expected a whole number of at least ${least}.`);
    return value;
  };
}

/** `0.3..0.6`, `0.3..`, `..0.6`, or one number that is both ends, for commander. */
export function rangeBetween(from: number, to: number): (text: string) => NumberRange {
  return (text) => {
    const range = numberRange(text, from, to);
    if (range === undefined) throw new InvalidArgumentError(`Expected a range as LOW..HIGH, LOW.. or ..HIGH within ${from} to ${to}.`);
    return range;
  };
}
