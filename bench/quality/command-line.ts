import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { expectation, SelfpasteError } from '../../core/index.ts';
import { type MeasurementName, measurementNames, type Places } from './measurements.ts';

/** What was asked for: `[MEASUREMENT...] [--folder DIR] [--data DIR] [--jobs N] [--json FILE]`. */
export interface QualityRequest {
  readonly measurements: readonly MeasurementName[];
  readonly places: Places;
  readonly jobs: number;
  /** Where the results go as JSON; null nowhere. */
  readonly json: string | null;
}

/** @throws SelfpasteError USAGE_QUALITY, DATA_NO_QUALITY_DATA */
export function parseQualityRequest(args: readonly string[]): QualityRequest {
  const { values, positionals } = parsed(args);
  const measurements = positionals.length === 0 ? measurementNames : positionals.map(measurementCalled);
  const data = resolve(values.data ?? join(process.cwd(), '../shared/data'));
  requireData(data, measurements);
  return {
    measurements,
    places: { data, models: join(data, '../models'), runs: resolve(values.folder ?? 'runs/quality') },
    jobs: jobsOf(values.jobs ?? '1'),
    json: values.json === undefined ? null : resolve(values.json),
  };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { folder: { type: 'string' }, data: { type: 'string' }, jobs: { type: 'string' }, json: { type: 'string' } },
    });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new SelfpasteError('USAGE_QUALITY', message, 'see docs/bench.md for the options', error);
  }
}

function measurementCalled(name: string): MeasurementName {
  const found = measurementNames.find((measurement) => measurement === name);
  if (found) return found;
  const message = expectation('a measurement', measurementNames.join(', '), name);
  throw new SelfpasteError('USAGE_QUALITY', message, 'name some of these, or none for all');
}

function jobsOf(text: string): number {
  const jobs = Number(text);
  if (Number.isInteger(jobs) && jobs >= 1) return jobs;
  throw new SelfpasteError('USAGE_QUALITY', expectation('--jobs', 'an integer of 1 or more', text), 'give another number');
}

function requireData(data: string, measurements: readonly MeasurementName[]): void {
  const folders = measurements.map((name) => join(data, name === 'microcontrollers' ? name : 'dsb2018'));
  const missing = folders.find((folder) => !existsSync(folder));
  if (missing === undefined) return;
  throw new SelfpasteError('DATA_NO_QUALITY_DATA', `Expected a data set at ${missing}, found none`, 'name the data sets with --data DIR');
}
