import { createHash } from 'node:crypto';
import { restoreConfig } from '../../config/index.ts';
import type { RunOwner } from '../../db/index.ts';
import { type ChangePlan, changeSettings, livingOwner, planSettings, runMoved, userName, type Wanted } from '../../pipeline/index.ts';
import type { ThresholdPlan } from '../contract/policy.ts';

/** What it takes to give a run other settings, as `selfpaste resume --set` says it; nothing is written. */
export function planThresholds(folder: string, settings: readonly string[]): ThresholdPlan {
  let rounds = 0;
  const plan = planSettings(folder, {
    settings: (stored) => {
      rounds = stored.rounds;
      return restoreConfig(stored, settings);
    },
    data: 'as-imported',
  });
  return planOf(folder, { settings, rounds }, plan);
}

/**
 * Gives the run these settings where it is, as the process that owns it meanwhile.
 * @param agreed the mark of the plan that somebody saw and agreed to
 * @throws SelfpasteError USAGE_RUN_MOVED where they mean something else by now, USAGE_SETTINGS_NEED_FORK, ENVIRONMENT_RUN_OWNED
 */
export async function writeThresholds(folder: string, settings: readonly string[], agreed: string): Promise<ThresholdPlan> {
  const wanted: Wanted = { settings: (stored) => restoreConfig(stored, settings), data: 'as-imported' };
  const seen = planSettings(folder, wanted);
  if (markOf(seen) !== agreed) throw runMoved(folder);
  const { place, changes, restart } = await changeSettings(folder, wanted, userName(), seen);
  return { plan: { place, changes, restart }, mark: agreed, refusal: null, commands: [resume(folder)] };
}

/** The same for plans that mean the same. */
const markOf = ({ changes, restart }: ChangePlan): string =>
  createHash('sha256')
    .update(JSON.stringify([changes, restart]))
    .digest('hex');

interface Asked {
  readonly settings: readonly string[];
  /** That the run is to have, as its settings say. */
  readonly rounds: number;
}

function planOf(folder: string, asked: Asked, seen: ChangePlan): ThresholdPlan {
  const { place, changes, restart } = seen;
  const plan = { plan: { place, changes, restart }, mark: markOf(seen) };
  const owner = livingOwner(folder);
  const stop = owner === undefined ? [] : [`selfpaste stop ${quoted(folder)}`];
  if (restart.kind === 'fork' || restart.kind === 'import')
    return { ...plan, refusal: IS_DONE, commands: [...stop, ...laterCommands(folder, asked, place), resume(folder, asked.settings, FORK)] };
  if (owner !== undefined) return { ...plan, refusal: ownedBy(owner), commands: [...stop, resume(folder, asked.settings)] };
  return { ...plan, refusal: null, commands: [resume(folder)] };
}

const FORK = '--fork NAME';
const IS_DONE = 'this round was selected already, and stays as it is: take them behind it, or in a fork';
const ownedBy = ({ pid, host }: RunOwner) => `process ${pid} on ${host} owns the run, which reads its settings when it begins`;

/** For rounds behind this one; where there are none, for one more. */
function laterCommands(folder: string, { settings, rounds }: Asked, { stage, round }: ChangePlan['place']): readonly string[] {
  const end = stage === 'decide' ? [] : [resume(folder, [], `--until round=${round}`)];
  return [...end, resume(folder, [...settings, ...(rounds > round ? [] : [`rounds=${round + 1}`])])];
}

const resume = (folder: string, settings: readonly string[] = [], more = ''): string =>
  ['selfpaste resume', quoted(folder), ...settings.map((one) => `--set ${quoted(one)}`), more].filter(Boolean).join(' ');

/** For a POSIX shell. */
const quoted = (text: string): string => (/^[\w./=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);
