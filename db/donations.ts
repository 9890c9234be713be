import {
  type ActionId,
  type CategoryId,
  type DonationId,
  expectation,
  type ImageId,
  rle,
  SelfpasteError,
  type Size,
  type VerdictId,
} from '../core/index.ts';
import type { ActionFacts, Actions } from './actions.ts';
import type { Connection } from './connection.ts';
import type { Drawing } from './judgements.ts';
import { maskOf } from './masks.ts';
import type { Signature } from './stored-verdicts.ts';

/** Who takes something back, and when. */
export type Withdrawal = Pick<Signature, 'who' | 'atMs'>;

/** A label that a person made a donor of Copy-Paste. */
export interface Donation extends Drawing {
  readonly id: DonationId;
  /** Whose label it is. */
  readonly verdict: VerdictId;
  readonly image: ImageId;
}

interface Row {
  readonly id: DonationId;
  readonly verdict: VerdictId;
  readonly image: ImageId;
  readonly category: CategoryId;
  readonly rle: string;
  readonly width: number;
  readonly height: number;
}

interface DonatableRow {
  readonly image: ImageId;
  readonly category: CategoryId;
}

/** Labels that people vouched for, and made donors by an explicit command. Rounds that are frozen keep the donors that they had. */
export class Donations {
  readonly #connection: Connection;
  readonly #actions: Actions;

  constructor(connection: Connection, actions: Actions) {
    this.#connection = connection;
    this.#actions = actions;
  }

  /**
   * Makes the labels of verdicts donors from the first round on that is not frozen, as one action, or none of them.
   * @returns the action, and how many were no donors before
   * @throws SelfpasteError USAGE_NOT_DONATABLE for a verdict that does not stand, or says that something is wrong
   */
  add(verdicts: Iterable<VerdictId>, facts: ActionFacts): { readonly action: ActionId; readonly donated: number } {
    return this.#connection.transaction(() => {
      const action = this.#actions.add(facts);
      let donated = 0;
      for (const verdict of verdicts) donated += this.#add(action, verdict);
      return { action, donated };
    });
  }

  /** They are donors no more, from the first round on that is not frozen. @returns how many were donors */
  withdraw(donations: Iterable<DonationId>, by: Withdrawal): number {
    return this.#connection.transaction(() => {
      let withdrawn = 0;
      for (const donation of donations) withdrawn += this.#end('id', donation, by);
      return withdrawn;
    });
  }

  /** As {@link withdraw}: all that an action donated. */
  withdrawAction(action: ActionId, by: Withdrawal): number {
    return this.#end('action_id', action, by);
  }

  /** As {@link withdraw}: the donation of a verdict that stands no more. */
  withdrawVerdict(verdict: VerdictId, by: Withdrawal): number {
    return this.#end('verdict_id', verdict, by);
  }

  /** A verdict that stands again is a donor again, where the action that replaced it ended its donation, and nobody undid the donation since. */
  restore(verdict: VerdictId, replacedBy: ActionId): void {
    this.#connection.run(
      `INSERT INTO donations (action_id, image_id, category_id, verdict_id, from_round)
       SELECT d.action_id, d.image_id, d.category_id, d.verdict_id, :from FROM donations d
       JOIN actions given ON given.id = d.action_id JOIN actions ended ON ended.id = :replacedBy
       WHERE d.verdict_id = :verdict AND d.withdrawn_by = ended.who AND d.withdrawn_at_ms = ended.at_ms AND given.undone_at_ms IS NULL
       ON CONFLICT DO NOTHING`,
      { verdict, replacedBy, from: this.#lastFrozen() + 1 },
    );
  }

  /** The donors of a round beside human labels, by image and id. A frozen round's are always the same. */
  ofRound(round: number): Donation[] {
    return this.#connection
      .all<Row>(
        `SELECT d.id, d.verdict_id AS verdict, d.image_id AS image, d.category_id AS category, coalesce(v.rle, p.rle) AS rle, i.width, i.height
         FROM donations d JOIN verdicts v ON v.id = d.verdict_id JOIN images i ON i.id = d.image_id
         LEFT JOIN predictions p ON p.id = v.prediction_id
         WHERE d.from_round <= :round AND (d.until_round IS NULL OR d.until_round >= :round) ORDER BY d.image_id, d.id`,
        { round },
      )
      .map(fromRow);
  }

  #add(action: ActionId, verdict: VerdictId): number {
    const label = this.#connection.get<DonatableRow>(
      `SELECT v.image_id AS image, coalesce(v.category_id, p.category_id) AS category FROM verdicts v
       LEFT JOIN predictions p ON p.id = v.prediction_id
       WHERE v.id = ? AND v.standing = 1 AND v.verdict IN ('accepted', 'corrected', 'drawn')`,
      [verdict],
    );
    if (!label) throw notDonatable(verdict);
    return this.#connection.run(
      `INSERT INTO donations (action_id, image_id, category_id, verdict_id, from_round)
       VALUES (:action, :image, :category, :verdict, :from) ON CONFLICT DO NOTHING`,
      { ...label, action, verdict, from: this.#lastFrozen() + 1 },
    ).changes;
  }

  #end(column: 'id' | 'action_id' | 'verdict_id', id: number, { who, atMs }: Withdrawal): number {
    return this.#connection.run(
      `UPDATE donations SET until_round = ?, withdrawn_by = ?, withdrawn_at_ms = ? WHERE ${column} = ? AND until_round IS NULL`,
      [this.#lastFrozen(), who, atMs, id],
    ).changes;
  }

  /** Round 0 trains on human labels alone, without a selection: it counts as frozen from the start. */
  #lastFrozen(): number {
    return this.#connection.one<{ round: number }>('SELECT coalesce(max(idx), 0) AS round FROM rounds WHERE frozen_at_ms IS NOT NULL')
      .round;
  }
}

function fromRow({ id, verdict, image, category, width, height, ...columns }: Row): Donation {
  const size: Size = { width, height };
  const mask = maskOf(columns, size);
  return { id, verdict, image, category, mask, box: rle.toBox(mask) };
}

function notDonatable(id: VerdictId): SelfpasteError {
  return new SelfpasteError(
    'USAGE_NOT_DONATABLE',
    expectation('donor', 'a label that a person accepted, corrected or drew, and that still stands', `verdict ${id}`),
    'accept the label first: `selfpaste labels accept ID`',
  );
}
