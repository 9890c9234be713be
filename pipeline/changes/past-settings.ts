import { type ResolvedConfig, restoreConfig, type SettingChange } from '../../config/index.ts';
import type { RunDatabase } from '../../db/index.ts';
import type { ChangePlan } from './change-plan.ts';

type Metric = ResolvedConfig['promote']['metric'];

/** What the diary keeps of a change of settings. */
interface SettingsEvent {
  readonly kind: 'settings-changed';
  readonly who: string;
  readonly changes: readonly Pick<SettingChange, 'key' | 'before' | 'after'>[];
  /** The first round that trained, or will train, with the new values. */
  readonly firstRound: number;
}

export function settingsEvent({ changes, place, restart }: ChangePlan, who: string): SettingsEvent {
  const told = changes.map(({ key, before, after }) => ({ key, before, after }));
  const next = place.round + (place.stage === 'decide' ? 1 : 0);
  const firstRound = 'at' in restart ? restart.at.round : restart.kind === 'import' ? 0 : next;
  return { kind: 'settings-changed', who, changes: told, firstRound };
}

/** The settings that a round was made with: those of now, without the changes that came after it. */
export function settingsOfRound(db: RunDatabase, config: ResolvedConfig, round: number): ResolvedConfig {
  // The oldest last: its old value is the one that held.
  const before = changesAfter(db, round).toReversed();
  return restoreConfig(
    config,
    before.map(({ key, before: value }) => `${key}=${JSON.stringify(value)}`),
  );
}

/** The metric by which the students of a round were compared while it was trained. Runs are also looked at whose settings cannot be restored. */
export function metricOfRound(db: RunDatabase, config: ResolvedConfig, round: number): Metric {
  const changed = changesAfter(db, round).find(({ key }) => key === 'promote.metric');
  return changed === undefined ? config.promote.metric : (changed.before as Metric);
}

/** What changed once a round was trained, oldest first. */
const changesAfter = (db: RunDatabase, round: number): SettingsEvent['changes'] =>
  db.events
    .ofKind('settings-changed')
    .map(({ data }) => data as SettingsEvent)
    .flatMap(({ firstRound, changes }) => (firstRound > round ? changes : []));
