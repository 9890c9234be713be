import type { ActionId, ImageId, Size, VerdictId } from '../core/index.ts';
import { type ActionFacts, type ActionRow, type Actions, builtOn } from './actions.ts';
import type { Connection } from './connection.ts';
import type { Donations, Withdrawal } from './donations.ts';
import { type ImageColumns, type ImageRow, imageOf } from './images.ts';
import { type Judgement, type JudgementColumns, judgementColumns } from './judgements.ts';
import { STORED_VERDICT, type StoredVerdict, type StoredVerdictRow, storedVerdict } from './stored-verdicts.ts';
import { writePages } from './write-pages.ts';

interface StandingRow {
  readonly id: VerdictId;
  readonly verdict: Judgement['verdict'];
}

/** What a person did at once, and how many judgements it holds. */
interface RecordedAction {
  readonly action: ActionId;
  readonly recorded: number;
}

/** A verdict of an action, as undoing sees it. */
interface UndoneRow {
  readonly action: ActionId;
  readonly standing: 0 | 1;
  readonly replaces: VerdictId | null;
}

/** People's decisions. A record that only grows: of each thing at most one verdict stands, and an action is undone as a whole. */
export class Verdicts {
  readonly #connection: Connection;
  readonly #actions: Actions;
  readonly #donations: Donations;

  constructor(connection: Connection, actions: Actions, donations: Donations) {
    this.#connection = connection;
    this.#actions = actions;
    this.#donations = donations;
  }

  /**
   * Records judgements as one action. Each replaces what stood about the same thing; to withdraw what nobody said is nothing.
   * All of them are looked at first: where one is about nothing, none is recorded. They are written in pages, so that a run that writes
   * meanwhile goes on: up to a thousand are recorded as a whole, and what an interruption leaves of more is an action that can be undone.
   * @param key a name that no other action has, by which it is found {@link withKey}; null for none
   * @throws SelfpasteError USAGE_NO_PREDICTION, USAGE_NO_DRAWING, USAGE_NO_IMAGE, USAGE_HUMAN_LABELED, USAGE_EMPTY_MASK,
   * USAGE_ACTION_UNDONE (by another process, meanwhile)
   */
  record(judgements: Iterable<Judgement>, facts: ActionFacts, key: string | null = null): RecordedAction {
    const all = [...judgements];
    for (const judgement of all) judgementColumns(this.#connection, judgement);
    return writePages(this.#connection, all, (page, before: RecordedAction | null) => {
      const action = before?.action ?? this.#actions.add(facts, key);
      this.#actions.requireDone(action);
      let recorded = before?.recorded ?? 0;
      for (const judgement of page) if (this.#record(action, judgement, facts)) recorded++;
      return { action, recorded };
    });
  }

  /**
   * Takes back all that an action did, newest first: what stood before stands again, and is a donor again where it was one. Donations of
   * its verdicts end; rounds that are frozen keep them. It is undone in pages, as it is recorded; interrupted, it is to be undone again,
   * which goes on with it.
   * @returns how many verdicts and donations were taken back
   * @throws SelfpasteError USAGE_NO_ACTION, USAGE_ACTION_UNDONE, USAGE_ACTION_BUILT_ON (a later action about the same thing stands)
   */
  undo(action: ActionId, by: Withdrawal): number {
    this.#requireUndoable(action);
    const takenBack = writePages(this.#connection, this.#ofAction(action), (page, before: number | null) => {
      let verdicts = before ?? 0;
      for (const { id } of page) if (this.#takeBack(id, by)) verdicts++;
      return verdicts;
    });
    const donations = this.#connection.transaction(() => this.#finishUndo(action, by));
    return takenBack + (donations ?? this.undo(action, by));
  }

  /** What people did, newest first. @param before the action that the page before ended with */
  actions(limit: number, before?: ActionId): ActionRow[] {
    return this.#actions.latest(limit, before);
  }

  /** The action that was recorded under a key; undefined where none was. */
  withKey(key: string): ActionRow | undefined {
    return this.#actions.withKey(key);
  }

  /** All that stands about an image, of every round, in the order in which it was said. */
  ofImage(image: { readonly id: ImageId; readonly size: Size }): StoredVerdict[] {
    return this.#connection
      .all<StoredVerdictRow>(
        `SELECT ${STORED_VERDICT} FROM verdicts v INDEXED BY verdicts_by_image JOIN actions a ON a.id = v.action_id
         LEFT JOIN predictions p ON p.id = v.prediction_id
         WHERE v.image_id = ? AND v.standing = 1 AND v.verdict <> 'withdrawn' AND NOT (v.drawn_id IS NOT NULL AND v.verdict = 'rejected')
         ORDER BY v.id`,
        [image.id],
      )
      .map((row) => storedVerdict(row, image.size));
  }

  /** Images of which anything stands, by id. */
  images(): ImageRow[] {
    return this.#connection
      .all<ImageColumns>(
        `SELECT i.* FROM images i WHERE i.id IN (SELECT image_id FROM verdicts WHERE standing = 1 AND verdict <> 'withdrawn') ORDER BY i.id`,
      )
      .map(imageOf);
  }

  /** Verdicts that stand. */
  count(): Readonly<Record<'accepted' | 'rejected' | 'corrected' | 'drawn', number>> {
    return this.#connection.one<{ accepted: number; rejected: number; corrected: number; drawn: number }>(
      `SELECT count(*) FILTER (WHERE verdict = 'accepted') AS accepted, count(*) FILTER (WHERE verdict = 'rejected') AS rejected,
         count(*) FILTER (WHERE verdict = 'corrected') AS corrected, count(*) FILTER (WHERE verdict = 'drawn') AS drawn
       FROM verdicts WHERE standing = 1`,
    );
  }

  #record(action: ActionId, judgement: Judgement, by: Withdrawal): boolean {
    const columns = judgementColumns(this.#connection, judgement);
    const before = judgement.verdict === 'drawn' ? undefined : this.#standingAbout(columns);
    if (judgement.verdict === 'withdrawn' && (before === undefined || before.verdict === 'withdrawn')) return false;
    if (before) this.#lay(before.id, by);
    this.#connection.run(
      `INSERT INTO verdicts (action_id, image_id, prediction_id, drawn_id, verdict, category_id, x1, y1, x2, y2, area_px2, rle, replaces_id, standing)
       VALUES (:action, :image, :prediction, :drawn, :verdict, :category, :x1, :y1, :x2, :y2, :areaPx2, :rle, :replaces, 1)`,
      { ...columns, action, replaces: before?.id ?? null },
    );
    return true;
  }

  #standingAbout(target: JudgementColumns): StandingRow | undefined {
    return this.#connection.get<StandingRow>(`SELECT id, verdict FROM verdicts WHERE ${sameTarget(target)} AND standing = 1`, {
      image: target.image,
      prediction: target.prediction,
      drawn: target.drawn,
    });
  }

  /** The newest first, as one may replace another. */
  #ofAction(action: ActionId): { readonly id: VerdictId }[] {
    return this.#connection.all('SELECT id FROM verdicts WHERE action_id = ? ORDER BY id DESC', [action]);
  }

  #requireUndoable(action: ActionId): void {
    this.#actions.requireDone(action);
    const later = this.#laterThan(action);
    if (later !== undefined) throw builtOn(action, later);
  }

  /** @returns whether it stood, as it does not where an undo that was interrupted has taken it back */
  #takeBack(id: VerdictId, by: Withdrawal): boolean {
    const { action, standing, replaces } = this.#connection.one<UndoneRow>(
      'SELECT action_id AS action, standing, replaces_id AS replaces FROM verdicts WHERE id = ?',
      [id],
    );
    if (standing === 0) return false;
    this.#lay(id, by);
    if (replaces !== null) this.#standAgain(replaces, action);
    return true;
  }

  #standAgain(id: VerdictId, replacedBy: ActionId): void {
    this.#connection.run('UPDATE verdicts SET standing = 1 WHERE id = ?', [id]);
    this.#donations.restore(id, replacedBy);
  }

  /** @returns how many donations were taken back; null where more verdicts were recorded meanwhile */
  #finishUndo(action: ActionId, by: Withdrawal): number | null {
    this.#requireUndoable(action);
    if (this.#connection.get('SELECT 1 FROM verdicts WHERE action_id = ? AND standing = 1', [action])) return null;
    const donations = this.#donations.withdrawAction(action, by);
    this.#actions.markUndone(action, by);
    return donations;
  }

  /** An action that replaced a verdict of another one, and was not undone. */
  #laterThan(action: ActionId): ActionId | undefined {
    return this.#connection.get<{ readonly id: ActionId }>(
      `SELECT a.id FROM verdicts later CROSS JOIN verdicts v ON v.id = later.replaces_id JOIN actions a ON a.id = later.action_id
       WHERE later.id > (SELECT min(id) FROM verdicts WHERE action_id = :action) AND later.action_id <> :action
         AND v.action_id = :action AND v.standing = 0 AND a.undone_at_ms IS NULL LIMIT 1`,
      { action },
    )?.id;
  }

  /** It stands no more, and what was donated by it is a donor no more. */
  #lay(id: VerdictId, by: Withdrawal): void {
    this.#connection.run('UPDATE verdicts SET standing = 0 WHERE id = ?', [id]);
    this.#donations.withdrawVerdict(id, by);
  }
}

/** Verdicts about one thing; a drawing that nobody spoke of since is spoken of by the verdict that drew it. */
function sameTarget({ prediction, drawn }: JudgementColumns): string {
  if (prediction !== null) return 'prediction_id = :prediction';
  if (drawn !== null) return '(drawn_id = :drawn OR id = :drawn)';
  return `image_id = :image AND prediction_id IS NULL AND drawn_id IS NULL AND verdict IN ('rejected', 'withdrawn')`;
}
