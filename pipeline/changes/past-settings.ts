import { type ResolvedConfig, restoreConfig, type SettingChange } from '../../config/index.ts';
import type { EventRow, RunDatabase } from '../../db/index.ts';
import type { ChangePlan } from './change-plan.ts';

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
  const later = changesOf(db).filter(({ firstRound }) => firstRound > round);
  // The oldest last: its old value is the one that held.
  const before = later.toReversed().flatMap(({ changes }) => changes.map(({ key, before }) => `${key}=${JSON.stringify(before)}`));
  return restoreConfig(config, before);
}

const PAGE = 1000;

/** Oldest first. */
function changesOf(db: RunDatabase): readonly SettingsEvent[] {
  const found: SettingsEvent[] = [];
  let page: readonly EventRow[] = db.events.after(0, PAGE);
  while (page.length > 0) {
    found.push(...page.flatMap(({ kind, data }) => (kind === 'settings-changed' ? [data as SettingsEvent] : [])));
    page = db.events.after(page.at(-1)?.id ?? 0, PAGE);
  }
  return found;
}
