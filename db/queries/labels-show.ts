import type { ActionId, CategoryId, Change, DonationId, PredictionId, Suspicion, VerdictId } from '../../core/index.ts';
import { type ImageColumns, type ImageRow, imageOf } from '../images.ts';
import { noPrediction } from '../judgements.ts';
import type { ModelRow } from '../models.ts';
import { type PredictionColumns, predictionOf, type StoredPrediction } from '../predictions.ts';
import type { RunDatabase } from '../run-database.ts';
import type { Signature, StoredVerdict } from '../stored-verdicts.ts';
import { ancestorsOf, heirsOf } from './label-lineage.ts';
import { type Selection, type SelectionColumns, selectionOf } from './selection.ts';

/** Everything that is known about a prediction. */
export interface LabelFacts {
  readonly prediction: StoredPrediction;
  readonly categoryName: string;
  readonly image: ImageRow;
  readonly model: ModelRow;
  readonly selection: Selection;
  /** What became of it since the round before, and that it died in the round after, by round. */
  readonly changes: readonly RoundChange[];
  /** Strongest first. */
  readonly suspicions: readonly Suspicion[];
  /** Decisions about its image that stand, of any round; one about itself has its id. */
  readonly verdicts: readonly StoredVerdict[];
  /** Every decision about itself, also those that were replaced or undone, oldest first. */
  readonly history: readonly PastVerdict[];
  /** Where it was made a donor of Copy-Paste. */
  readonly donations: readonly DonationFacts[];
  /** Which prediction it was in the rounds before, newest first. */
  readonly lineage: readonly LineageStep[];
  /** Which prediction it became in the rounds after, oldest first. */
  readonly later: readonly LineageStep[];
}

export interface RoundChange extends Change {
  readonly round: number;
}

/** A decision, and whether it stands, was replaced by a later one, or was undone. */
export interface PastVerdict extends Signature {
  readonly id: VerdictId;
  readonly action: ActionId;
  readonly verdict: 'accepted' | 'rejected' | 'corrected' | 'withdrawn';
  /** The category that a correction gave it. */
  readonly category: CategoryId | null;
  readonly fate: { readonly now: 'standing' | 'replaced' } | { readonly now: 'undone'; readonly by: string; readonly atMs: number };
}

export interface DonationFacts {
  readonly id: DonationId;
  readonly action: ActionId;
  readonly fromRound: number;
  /** The last round that uses it; null for all that come. */
  readonly untilRound: number | null;
}

/** What the same object was in another round. */
export interface LineageStep {
  readonly prediction: PredictionId;
  readonly round: number;
  readonly category: CategoryId;
  readonly score: number;
  readonly status: 'kept' | 'dropped';
  readonly reason: string;
}

/** @throws SelfpasteError USAGE_NO_PREDICTION for an id that this run does not have */
export function showLabel(db: RunDatabase, id: PredictionId): LabelFacts {
  return db.connection.view(() => {
    const row = db.connection.get<PredictionColumns>('SELECT * FROM predictions WHERE id = ?', [id]);
    if (!row) throw noPrediction(id);
    const image = imageOf(db.connection.one<ImageColumns>('SELECT * FROM images WHERE id = ?', [row.image_id]));
    return {
      prediction: predictionOf(row, image.size),
      image,
      ...namesOf(db, row),
      selection: selectionFor(db, row),
      changes: changesOf(db, id),
      suspicions: suspicionsOf(db, row),
      verdicts: db.verdicts.ofImage(image),
      history: historyOf(db, id),
      donations: donationsOf(db, id),
      lineage: ancestorsOf(db, id).map((one) => stepOf(db, one)),
      later: heirsOf(db, id).map((one) => stepOf(db, one)),
    };
  });
}

function namesOf(db: RunDatabase, row: PredictionColumns): Pick<LabelFacts, 'model' | 'categoryName'> {
  const model = db.models.byId(row.model_id);
  if (!model) throw new Error(`Expected model ${row.model_id}: a foreign key promises it`);
  const { name } = db.connection.one<{ name: string }>('SELECT name FROM categories WHERE id = ?', [row.category_id]);
  return { model, categoryName: name };
}

function selectionFor(db: RunDatabase, { id, round, image_id }: PredictionColumns): Selection {
  const row = db.connection.get<SelectionColumns>(
    `SELECT status, reason, weight, previous_id AS previous FROM pseudo_labels NOT INDEXED
     WHERE round = ? AND image_id = ? AND prediction_id = ?`,
    [round, image_id, id],
  );
  return row ? selectionOf(row) : { status: 'open' };
}

function changesOf(db: RunDatabase, id: PredictionId): RoundChange[] {
  return db.connection.all<RoundChange>(
    `SELECT round, kind, iou, prediction_id AS prediction, previous_id AS previous, category_id AS category
     FROM label_changes WHERE prediction_id = ? ORDER BY round`,
    [id],
  );
}

function suspicionsOf(db: RunDatabase, { id, round }: PredictionColumns): Suspicion[] {
  return db.connection.all<Suspicion>(
    `SELECT kind, strength, prediction_id AS prediction, other_id AS other FROM suspicions
     WHERE prediction_id = ? AND round = ? ORDER BY strength DESC, kind`,
    [id, round],
  );
}

type VerdictRow = Omit<PastVerdict, 'fate'> & {
  readonly standing: 0 | 1;
  readonly undoneBy: string | null;
  readonly undoneAtMs: number | null;
};

function historyOf(db: RunDatabase, id: PredictionId): PastVerdict[] {
  return db.connection
    .all<VerdictRow>(
      `SELECT v.id, v.action_id AS action, v.verdict, v.category_id AS category, a.who, a.why, a.at_ms AS atMs, v.standing,
         a.undone_by AS undoneBy, a.undone_at_ms AS undoneAtMs
       FROM verdicts v JOIN actions a ON a.id = v.action_id WHERE v.prediction_id = ? ORDER BY v.id`,
      [id],
    )
    .map(({ standing, undoneBy, undoneAtMs, ...verdict }) => ({ ...verdict, fate: fateOf({ standing, undoneBy, undoneAtMs }) }));
}

function fateOf({ standing, undoneBy, undoneAtMs }: Pick<VerdictRow, 'standing' | 'undoneBy' | 'undoneAtMs'>): PastVerdict['fate'] {
  if (undoneBy !== null && undoneAtMs !== null) return { now: 'undone', by: undoneBy, atMs: undoneAtMs };
  return { now: standing === 1 ? 'standing' : 'replaced' };
}

function donationsOf(db: RunDatabase, id: PredictionId): DonationFacts[] {
  return db.connection.all<DonationFacts>(
    `SELECT d.id, d.action_id AS action, d.from_round AS fromRound, d.until_round AS untilRound
     FROM verdicts v JOIN donations d ON d.verdict_id = v.id WHERE v.prediction_id = ? ORDER BY d.id`,
    [id],
  );
}

function stepOf(db: RunDatabase, id: PredictionId): LineageStep {
  return db.connection.one<LineageStep>(
    `SELECT p.id AS prediction, p.round, p.category_id AS category, p.score, s.status, s.reason
     FROM predictions p CROSS JOIN pseudo_labels s NOT INDEXED
       ON s.round = p.round AND s.image_id = p.image_id AND s.prediction_id = p.id WHERE p.id = ?`,
    [id],
  );
}
