import type { ChangePlan, Effect, PlannedChange, SharedBeginning, SharedCount, SharedData } from '../pipeline/index.ts';
import { printable, table } from './print.ts';

/**
 * What other settings mean to a run, for people: each change, what it invalidates, and what the run, or a fork of it, would do.
 * @param shared what a fork with other data would take over; null where the data stay
 */
export function settingsReport({ place, changes, ignored, restart }: ChangePlan, shared: SharedData | null = null): string {
  const notes = ignored.map(({ key }) => `${key} stays as it is: a run is where its folder is; --fork NAME makes one of another name`);
  if (changes.length === 0) return ['no setting differs', ...notes].join('\n');
  const where = place.stage === 'decide' ? `behind the end of round ${place.round}` : `in round ${place.round}, ${place.stage}`;
  const rows = changes.map((change) => [change.key, valueText(change.before), valueText(change.after), effectText(change)]);
  return [
    `the run is ${where}`,
    '',
    table(['setting', 'before', 'after', 'invalidates'], rows),
    '',
    ...keptText(changes),
    ...notes,
    restartText(restart, place),
    ...(shared === null ? [] : sharedText(shared)),
  ].join('\n');
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
function sharedText({ run, parts, beginning, labels }: SharedData): readonly string[] {
  const rows = Object.entries(parts).map(([part, { pictures, shared }]) => [part, `${pictures}`, `${shared}`]);
  return ['', table(['pictures', 'in the data', `in ${run}`], rows), '', beginningText(beginning, run), labelsText(labels, run)];
}

function beginningText(beginning: SharedBeginning, run: string): string {
  switch (beginning.kind) {
    case 'same':
      return `round 0: its student and numbers are those of ${run}; nothing is trained`;
    case 'other':
      return `round 0 is trained again: ${beginning.why}`;
    case 'given':
      return `round 0 takes the given teacher; its numbers are ${beginning.measured ? `those of ${run}` : 'measured again'}`;
  }
}

function labelsText({ pictures, shared }: SharedCount, run: string): string {
  if (pictures === 0) return 'no picture is to be labeled';
  const rest = shared === pictures ? 'none is labeled again' : `${pictures - shared} are labeled`;
  const later = 'what comes after is made again, unless it turns out the same';
  return `round 1: the labels of ${shared} of ${pictures} pictures are those of ${run}, ${rest}; ${later}`;
}
