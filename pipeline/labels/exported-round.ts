import { SelfpasteError } from '../../core/index.ts';
import { labelIds, type RunDatabase } from '../../db/index.ts';
import { exchangedLabels } from './exchanged-labels.ts';
import { labelName } from './label-name.ts';

/** A round whose labels were selected, of all its pictures. @throws SelfpasteError USAGE_NO_ROUND for another one */
export function requireSelected(db: RunDatabase, round: number): void {
  const selected = selectedRounds(db);
  if (!selected.includes(round)) throw noRound(selected, `${round}`);
}

/**
 * The round that labels in files were exported from: the one that is asked for, or else the only one that they can be of. Labels without
 * names can be of every round.
 * @param names of the labels in the files
 * @throws SelfpasteError USAGE_NO_ROUND where no labels were selected, USAGE_WHICH_ROUND where several rounds fit and none is asked for,
 * DATA_OTHER_ROUND where one of the names is not of the round
 */
export function exportedRound(db: RunDatabase, asked: number | undefined, names: ReadonlySet<string>, path: string): number {
  const selected = selectedRounds(db);
  if (selected.length === 0 || (asked !== undefined && !selected.includes(asked))) throw noRound(selected, `${asked ?? 'none'}`);
  const foreign = new Map(selected.map((round) => [round, foreignTo(db, round, names)]));
  const fitting = selected.filter((round) => foreign.get(round)?.size === 0);
  if (asked === undefined && fitting.length > 1) throw whichRound(fitting, path);
  const round = asked ?? selected.reduce((best, one) => (sizeOf(foreign, one) < sizeOf(foreign, best) ? one : best));
  if (!fitting.includes(round)) throw otherRound(round, [...(foreign.get(round) ?? [])], fitting, path);
  return round;
}

const sizeOf = (names: ReadonlyMap<number, ReadonlySet<string>>, round: number): number => names.get(round)?.size ?? 0;

const selectedRounds = (db: RunDatabase): number[] =>
  db.rounds
    .all()
    .map(({ index }) => index)
    .filter((round) => isSelected(db, round));

function isSelected(db: RunDatabase, round: number): boolean {
  const { withLabels, withoutLabels } = db.pseudoLabels.counts(round);
  const selected = withLabels + withoutLabels;
  return selected > 0 && selected === db.labeling.counts(round).done;
}

/** The names that a round cannot have handed out: neither its own predictions nor, from rounds before, what people drew and corrected. */
function foreignTo(db: RunDatabase, round: number, names: ReadonlySet<string>): ReadonlySet<string> {
  const foreign = new Set(names);
  if (foreign.size > 0) for (const prediction of labelIds(db, { round })) foreign.delete(labelName({ of: 'prediction', prediction }));
  if (foreign.size > 0) for (const { labels } of exchangedLabels(db, round, false)) for (const { id } of labels) foreign.delete(id ?? '');
  return foreign;
}

const noRound = (selected: readonly number[], got: string): SelfpasteError =>
  new SelfpasteError(
    'USAGE_NO_ROUND',
    `Expected a round whose labels are selected (${selected.join(', ') || 'none yet'}) for --round, got ${got}`,
    'look at `selfpaste status`, and name a round that has selected its labels',
  );

const whichRound = (fitting: readonly number[], path: string): SelfpasteError =>
  new SelfpasteError(
    'USAGE_WHICH_ROUND',
    `Expected the round that was exported for --round, got none, and ${path} can be of each of rounds ${fitting.join(', ')}`,
    `name it with --round: nothing in the files tells these rounds apart`,
  );

/** Names beyond these are counted. */
const MOST_NAMES = 5;

function otherRound(round: number, foreign: readonly string[], fitting: readonly number[], path: string): SelfpasteError {
  const more = foreign.length > MOST_NAMES ? ` and ${foreign.length - MOST_NAMES} more` : '';
  return new SelfpasteError(
    'DATA_OTHER_ROUND',
    `Expected labels that round ${round} handed out in ${path}, got ${foreign.slice(0, MOST_NAMES).join(', ')}${more}, which it did not`,
    fitting.length > 0
      ? `name the round that was exported: --round ${fitting.join(' or ')}`
      : 'export a round of this run again and correct that, or take these labels out of the files',
  );
}
