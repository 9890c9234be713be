import { existsSync } from 'node:fs';
import { parseConfig, type ResolvedConfig } from '../../config/index.ts';
import { expectation, SelfpasteError } from '../../core/index.ts';
import { openDatabase } from '../../db/index.ts';
import { type MeasuredStatus, measuredStatus, runFolder, studentValidation } from '../../pipeline/index.ts';
import type { Cell, CellFigures } from './cell.ts';

/** What a cell's folder says: nothing yet, a run to go on with, or one that is through. */
export type CellState =
  | { readonly kind: 'untouched' }
  | { readonly kind: 'begun' }
  | { readonly kind: 'finished'; readonly figures: CellFigures };

/**
 * Reads a cell's state from its run's database.
 * @param folder the run's folder
 * @throws SelfpasteError USAGE_QUALITY_CELL where the folder holds a run with other settings
 */
export function cellState(cell: Cell, folder: string): CellState {
  const { database } = runFolder(folder);
  if (!existsSync(database)) return { kind: 'untouched' };
  const status = statusOf(database);
  if (status.run === undefined) return { kind: 'untouched' };
  refuseOtherSettings(cell, folder, status.run.config as ResolvedConfig);
  if (status.rounds.at(-1)?.round.outcome.state !== 'finished') return { kind: 'begun' };
  return { kind: 'finished', figures: figuresOf(status) };
}

/** A cell's settings as the text of a configuration file; JSON is YAML. */
export const settingsText = ({ name, settings }: Cell, runs: string, threads: number): string =>
  JSON.stringify({ name, runs, ...settings, train: { ...settings.train, threads } }, null, 2);

function statusOf(database: string): MeasuredStatus {
  const db = openDatabase(database, { mode: 'read' });
  try {
    return measuredStatus(db);
  } finally {
    db.close();
  }
}

/** Figures of one table must be of one program's settings. Threads may differ: how many fit depends on how many cells run at once. */
function refuseOtherSettings(cell: Cell, folder: string, { runs, hash, train: { threads } }: ResolvedConfig): void {
  const wanted = parseConfig(settingsText(cell, runs, threads), folder);
  if (wanted.hash === hash) return;
  throw new SelfpasteError(
    'USAGE_QUALITY_CELL',
    expectation(folder, `a run with the settings of cell ${cell.name}`, hash.slice(0, 12)),
    'remove that folder, or choose another one with --folder',
  );
}

/** The student that the last round handed on, on the validation set. */
function figuresOf({ rounds, stageTimes }: MeasuredStatus): CellFigures {
  const measured = studentValidation(rounds[rounds.length - 1])?.metrics ?? {};
  const figure = (name: string) => measured[name] ?? 0;
  const trainings = stageTimes.filter(({ stage }) => stage === 'train');
  return {
    maskAp: figure('maskAp'),
    maskAp50: figure('maskAp50'),
    boxAp: figure('boxAp'),
    trainSeconds: trainings.reduce((sum, { durationMs }) => sum + durationMs, 0) / 1000,
  };
}
