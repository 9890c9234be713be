import type { ChangePlan, Effect, PlannedChange, SharedBeginning, SharedData } from '../pipeline/index.ts';
import { printable, table } from './print.ts';

/**
 * What other settings, or data that are read again, mean to a run, for people: each change, what it invalidates, and what the run, or a fork
 * of it, would do.
 * @param shared what a fork with other data would take over; null where the data stay as they were imported
 */
export function settingsReport(plan: ChangePlan, shared: SharedData | null = null): string {
  const { place, changes, ignored, data, restart } = plan;
  const notes = ignored.map(({ key }) => `${key} stays as it is: a run is where its folder is; --fork NAME makes one of another name`);
  if (changes.length === 0 && data === 'as-imported') return ['no setting differs', ...notes].join('\n');
  const where = place.stage === 'decide' ? `behind the end of round ${place.round}` : `in round ${place.round}, ${place.stage}`;
  return [
    `the run is ${where}`,
    '',
    ...changesText(changes),
    ...keptText(changes),
    ...notes,
    ...readingText(plan),
    restartText(restart, place),
    ...(shared === null ? [] : sharedText(shared)),
  ].join('\n');
}

function changesText(changes: readonly PlannedChange[]): readonly string[] {
  if (changes.length === 0) return [];
  const rows = changes.map((change) => [change.key, valueText(change.before), valueText(change.after), effectText(change)]);
  return [table(['setting', 'before', 'after', 'invalidates'], rows), ''];
}

const MOST_CHARACTERS = 40;

function valueText(value: unknown): string {
  const text = printable(JSON.stringify(value));
  return text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS - 1)}…` : text;
}

function effectText({ effect }: PlannedChange): string {
  const words: Readonly<Record<Effect['kind'], string>> = {
    nothing: 'nothing',
    stage: 'this stage',
    round: 'this round',
    rounds: 'all rounds',
    data: 'the data',
  };
  return 'at' in effect && effect.kind === 'round' ? `${words.round}, from ${effect.at.stage} on` : words[effect.kind];
}

/** One line for all settings that the same rounds were made with. */
function keptText(changes: readonly PlannedChange[]): readonly string[] {
  const keysOf = new Map<string, string[]>();
  for (const { key, madeBefore } of changes) {
    if (madeBefore.length === 0) continue;
    const [first, last] = [madeBefore[0], madeBefore.at(-1)];
    const rounds = first === last ? `round ${first}` : `rounds ${first} to ${last}`;
    keysOf.set(rounds, [...(keysOf.get(rounds) ?? []), key]);
  }
  return [...keysOf].map(
    ([rounds, keys]) => `${rounds} keep${rounds.startsWith('rounds') ? '' : 's'} what came of the old ${keys.join(', ')}`,
  );
}

function readingText({ data, restart }: ChangePlan): readonly string[] {
  if (data === 'as-imported') return [];
  return [
    restart.kind === 'import' ? 'the data are read again, as their files are now' : 'the data were not read yet: the run reads them anyway',
  ];
}

function restartText(restart: ChangePlan['restart'], { round, stage, promoted }: ChangePlan['place']): string {
  switch (restart.kind) {
    case 'none':
      return stage === 'decide' && !promoted
        ? `no round follows, whatever \`rounds\` is: the student of round ${round} was not promoted`
        : 'the run can go on where it is';
    case 'stage':
      return `the run can go on: ${restart.at.stage} of round ${restart.at.round} starts anew`;
    case 'fork':
      return `only a fork can go on, from round ${restart.at.round}, ${restart.at.stage}: what was made before is shared`;
    case 'import':
      return 'only a fork can go on, from the import of the data: what is the same by content is shared';
  }
}

/** What a fork shares with the run by content, and what it makes again. */
function sharedText({ run, parts, beginning, labels, leftBehind }: SharedData): readonly string[] {
  const rows = Object.entries(parts).map(([part, { pictures, shared }]) => [part, `${pictures}`, `${shared}`]);
  return [
    '',
    table(['pictures', 'in the data', `in ${run}`], rows),
    '',
    beginningText(beginning),
    labelsText(labels),
    ...leftText(leftBehind),
  ];
}

function leftText(leftBehind: SharedData['leftBehind']): readonly string[] {
  const what = Array.from(leftBehind, ([name, count]) => `${count} of ${printable(name)}`);
  return what.length === 0 ? [] : [`what people drew of categories that are not in these data stays behind: ${what.join(', ')}`];
}

function beginningText(beginning: SharedBeginning): string {
  switch (beginning.kind) {
    case 'same':
      return `round 0: its student and numbers are those of ${beginning.from}; nothing is trained`;
    case 'other':
      return `round 0 is trained again: ${beginning.why}`;
    case 'given':
      return `round 0 takes the given teacher; its numbers are ${beginning.numbersFrom === null ? 'measured again' : `those of ${beginning.numbersFrom}`}`;
  }
}

function labelsText({ pictures, shared, from }: SharedData['labels']): string {
  if (pictures === 0) return 'no picture is to be labeled';
  const rest = shared === pictures ? 'none is labeled again' : `${pictures - shared} are labeled`;
  const later = 'what comes after is made again, unless it turns out the same';
  return `round 1: the labels of ${shared} of ${pictures} pictures are those of ${from}, ${rest}; ${later}`;
}
