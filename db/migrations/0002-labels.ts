import type { Migration } from './migration.ts';

/** Which band of areas (db/area-bands.ts) an area lies in. */
const areaBand = (column: string): string => [16, 32, 64, 96, 192, 384].map((side) => `(${column} >= ${side ** 2})`).join(' + ');

/** Predictions that are not in the sums yet, summed. */
const newPredictions = 'FROM predictions NOT INDEXED WHERE id > (SELECT until_prediction FROM summed) GROUP BY round, category_id';
const newScores = `SELECT round, category_id, min(19, CAST(score * 20 AS INTEGER)) AS bin, count(*) AS predictions, sum(score) AS score_sum
  ${newPredictions}, bin`;
const newAreas = `SELECT round, category_id, ${areaBand('area_px2')} AS band, count(*) AS predictions ${newPredictions}, band`;

/** Adds the decisions about an image to the sums, or takes them off. */
const countSelection = (row: 'NEW' | 'OLD', sign: '' | '-'): string => `
  INSERT INTO selection_counts (round, category_id, status, reason, predictions)
  SELECT ${row}.round, category_id, status, reason, ${sign}count(*)
  FROM pseudo_labels WHERE round = ${row}.round AND image_id = ${row}.image_id GROUP BY +category_id, +status, +reason
  ON CONFLICT DO UPDATE SET predictions = predictions + excluded.predictions;
  INSERT INTO kept_areas (round, category_id, band, labels)
  SELECT ${row}.round, category_id, ${areaBand('area_px2')} AS band, ${sign}count(*)
  FROM pseudo_labels WHERE round = ${row}.round AND image_id = ${row}.image_id AND +status = 'kept' GROUP BY +category_id, band
  ON CONFLICT DO UPDATE SET labels = labels + excluded.labels;
`;

/** Whether a verdict says something of a prediction. */
const speaks = (row: 'NEW' | 'OLD'): string => `${row}.prediction_id IS NOT NULL AND ${row}.verdict <> 'withdrawn'`;

const triggerName = (event: string, when: string, mark: string): string =>
  `mark ${event} ${when} ${mark}`.replaceAll(/\W+/g, '_').toLowerCase();

/** Marks the prediction of a row. */
const marks = (event: string, when: string, mark: string): string => `
CREATE TRIGGER ${triggerName(event, when, mark)} ${event} WHEN ${when}
BEGIN
  INSERT INTO label_marks (round, mark, category_id, score, prediction_id, area_px2, image_id)
  SELECT round, ${mark}, category_id, score, id, area_px2, image_id FROM predictions WHERE id = NEW.prediction_id
  ON CONFLICT DO NOTHING;
END;`;

/** Takes the mark of a row away. */
const unmarks = (event: string, when: string, mark: string): string => `
CREATE TRIGGER un${triggerName(event, when, mark)} ${event} WHEN ${when}
BEGIN
  DELETE FROM label_marks WHERE (round, mark, category_id, score, prediction_id) IN (
    SELECT round, ${mark}, category_id, score, id FROM predictions WHERE id = OLD.prediction_id
  );
END;`;

/** What belongs to the selection of a round stays as it is once the round is frozen. */
const frozen = (table: string): string => `
CREATE TRIGGER ${table}_frozen BEFORE INSERT ON ${table}
WHEN (SELECT frozen_at_ms FROM rounds WHERE idx = NEW.round) IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'the pseudo-labels of this round are frozen'); END;
CREATE TRIGGER ${table}_stay BEFORE DELETE ON ${table}
WHEN (SELECT frozen_at_ms FROM rounds WHERE idx = OLD.round) IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'the pseudo-labels of this round are frozen'); END;
`;

/**
 * Predictions belong to an attempt, which belongs to an unlabeled image: one key, where version 1 had two and a trigger for each row.
 * SQLite adds keys to new tables only, so the rows move.
 */
const PREDICTIONS = `
DROP TRIGGER pseudo_labels_of_their_round;
DROP TRIGGER verdicts_about_own_image;
CREATE TABLE predictions_2 (
  id INTEGER PRIMARY KEY,
  round INTEGER NOT NULL,
  image_id INTEGER NOT NULL,
  model_id INTEGER NOT NULL REFERENCES models,
  category_id INTEGER NOT NULL REFERENCES categories,
  score REAL NOT NULL CHECK (score BETWEEN 0 AND 1),
  x1 REAL NOT NULL, y1 REAL NOT NULL, x2 REAL NOT NULL, y2 REAL NOT NULL,
  area_px2 INTEGER NOT NULL CHECK (area_px2 >= 0),
  rle TEXT NOT NULL,
  mask_probability REAL CHECK (mask_probability BETWEEN 0 AND 1),
  mask_stability REAL CHECK (mask_stability BETWEEN 0 AND 1),
  flip_agreement REAL CHECK (flip_agreement BETWEEN 0 AND 1),
  FOREIGN KEY (round, image_id) REFERENCES label_attempts
) STRICT;
INSERT INTO predictions_2 (id, round, image_id, model_id, category_id, score, x1, y1, x2, y2, area_px2, rle)
SELECT id, round, image_id, model_id, category_id, score, x1, y1, x2, y2, area_px2, rle FROM predictions ORDER BY id;
DROP TABLE predictions;
ALTER TABLE predictions_2 RENAME TO predictions;
CREATE INDEX predictions_by_image ON predictions (round, image_id);
CREATE TRIGGER predictions_keep BEFORE UPDATE ON predictions
BEGIN SELECT RAISE(ABORT, 'a prediction is immutable'); END;
CREATE TRIGGER predictions_stay BEFORE DELETE ON predictions
BEGIN SELECT RAISE(ABORT, 'a prediction is immutable'); END;
CREATE TRIGGER label_attempts_keep BEFORE UPDATE OF round, image_id ON label_attempts
BEGIN SELECT RAISE(ABORT, 'an attempt keeps its round and its image'); END;
CREATE TRIGGER pseudo_labels_of_their_round BEFORE INSERT ON pseudo_labels
WHEN NOT EXISTS (SELECT 1 FROM predictions WHERE id = NEW.prediction_id AND round = NEW.round AND image_id = NEW.image_id)
BEGIN SELECT RAISE(ABORT, 'a pseudo-label is a prediction of its own round and image'); END;
`;

/** People's decisions: an append-only record of who did what, which can be undone. The old verdicts become one action each. */
const VERDICTS = `
CREATE TABLE actions (
  id INTEGER PRIMARY KEY,
  who TEXT NOT NULL,
  why TEXT NOT NULL,
  -- What was asked for: ids, a query, the file of an import.
  subject TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  undone_by TEXT,
  undone_at_ms INTEGER,
  CHECK ((undone_by IS NULL) = (undone_at_ms IS NULL))
) STRICT;
CREATE TRIGGER actions_keep BEFORE UPDATE OF id, who, why, subject, at_ms ON actions
BEGIN SELECT RAISE(ABORT, 'an action is undone, not changed'); END;
CREATE TRIGGER actions_stay BEFORE DELETE ON actions
BEGIN SELECT RAISE(ABORT, 'an action is undone, not deleted'); END;

DROP INDEX verdicts_by_prediction;
DROP INDEX verdicts_of_whole_images;
DROP INDEX verdicts_by_image;
ALTER TABLE verdicts RENAME TO verdicts_1;

-- A verdict speaks of a prediction, of a label that a person drew (by the verdict that drew it), or of a whole image.
-- 'corrected' puts the person's category and mask in place of the prediction's; 'drawn' is an object that no model found.
-- 'withdrawn' says nothing any more: the policy decides.
CREATE TABLE verdicts (
  id INTEGER PRIMARY KEY,
  action_id INTEGER NOT NULL REFERENCES actions,
  image_id INTEGER NOT NULL REFERENCES images,
  prediction_id INTEGER REFERENCES predictions,
  drawn_id INTEGER REFERENCES verdicts,
  verdict TEXT NOT NULL CHECK (verdict IN ('accepted', 'rejected', 'corrected', 'drawn', 'withdrawn')),
  category_id INTEGER REFERENCES categories,
  x1 REAL, y1 REAL, x2 REAL, y2 REAL,
  area_px2 INTEGER CHECK (area_px2 > 0),
  rle TEXT,
  -- The one about the same target that stood before.
  replaces_id INTEGER REFERENCES verdicts,
  standing INTEGER NOT NULL CHECK (standing IN (0, 1)),
  CHECK (prediction_id IS NULL OR drawn_id IS NULL),
  CHECK ((verdict IN ('corrected', 'drawn')) = (category_id IS NOT NULL)),
  CHECK ((category_id IS NULL) = (rle IS NULL) AND (rle IS NULL) = (x1 IS NULL AND y1 IS NULL AND x2 IS NULL AND y2 IS NULL)),
  CHECK ((rle IS NULL) = (area_px2 IS NULL)),
  CHECK (verdict <> 'drawn' OR (prediction_id IS NULL AND drawn_id IS NULL)),
  CHECK (verdict NOT IN ('accepted') OR prediction_id IS NOT NULL),
  CHECK (verdict <> 'corrected' OR prediction_id IS NOT NULL OR drawn_id IS NOT NULL)
) STRICT;
INSERT INTO actions (id, who, why, subject, at_ms)
SELECT id, who, why, coalesce('prediction ' || prediction_id, 'image ' || image_id), at_ms FROM verdicts_1;
INSERT INTO verdicts (id, action_id, image_id, prediction_id, verdict, standing)
SELECT id, id, image_id, prediction_id, verdict, 1 FROM verdicts_1;
DROP TABLE verdicts_1;

CREATE UNIQUE INDEX verdicts_by_prediction ON verdicts (prediction_id) WHERE prediction_id IS NOT NULL AND standing = 1;
CREATE UNIQUE INDEX verdicts_by_drawn ON verdicts (drawn_id) WHERE drawn_id IS NOT NULL AND standing = 1;
CREATE UNIQUE INDEX verdicts_of_whole_images ON verdicts (image_id)
WHERE prediction_id IS NULL AND drawn_id IS NULL AND verdict IN ('rejected', 'withdrawn') AND standing = 1;
CREATE INDEX verdicts_by_image ON verdicts (image_id) WHERE standing = 1;
CREATE INDEX verdicts_by_action ON verdicts (action_id, verdict);
CREATE TRIGGER verdicts_about_own_image BEFORE INSERT ON verdicts
WHEN (NEW.prediction_id IS NOT NULL AND (SELECT image_id FROM predictions WHERE id = NEW.prediction_id) <> NEW.image_id)
  OR (NEW.drawn_id IS NOT NULL AND (SELECT image_id FROM verdicts WHERE id = NEW.drawn_id) <> NEW.image_id)
BEGIN SELECT RAISE(ABORT, 'a verdict names the image of its prediction'); END;
CREATE TRIGGER verdicts_about_unlabeled BEFORE INSERT ON verdicts
WHEN (SELECT subset FROM images WHERE id = NEW.image_id) <> 'unlabeled'
BEGIN SELECT RAISE(ABORT, 'a verdict is about an unlabeled image: human labels are immutable'); END;
CREATE TRIGGER verdicts_keep BEFORE UPDATE OF id, action_id, image_id, prediction_id, drawn_id, verdict, category_id, x1, y1, x2, y2,
  area_px2, rle, replaces_id ON verdicts
BEGIN SELECT RAISE(ABORT, 'a verdict is replaced or undone, not changed'); END;
CREATE TRIGGER verdicts_stay BEFORE DELETE ON verdicts
BEGIN SELECT RAISE(ABORT, 'a verdict is replaced or undone, not deleted'); END;

-- What a person drew or corrected counts as a label of a round from its selection on, whatever the teacher of that round says.
CREATE TABLE drawn_labels (
  round INTEGER NOT NULL REFERENCES rounds,
  image_id INTEGER NOT NULL REFERENCES images,
  verdict_id INTEGER NOT NULL REFERENCES verdicts,
  PRIMARY KEY (round, image_id, verdict_id)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER drawn_labels_are_drawn BEFORE INSERT ON drawn_labels
WHEN NOT EXISTS (SELECT 1 FROM verdicts WHERE id = NEW.verdict_id AND image_id = NEW.image_id AND verdict IN ('drawn', 'corrected'))
BEGIN SELECT RAISE(ABORT, 'a drawn label is what a person drew or corrected on its image'); END;
${frozen('drawn_labels')}
ALTER TABLE selections ADD COLUMN drawn INTEGER NOT NULL DEFAULT 0 CHECK (drawn >= 0);
${frozen('selections')}

-- Labels that a person made donors of Copy-Paste, by an explicit command: from the first round on that was not frozen yet, and until the
-- last one that was when it was taken back; that is the one before the first where no round used it.
CREATE TABLE donations (
  id INTEGER PRIMARY KEY,
  action_id INTEGER NOT NULL REFERENCES actions,
  image_id INTEGER NOT NULL REFERENCES images,
  category_id INTEGER NOT NULL REFERENCES categories,
  -- Whose verdict says that it is right; its mask is the verdict's, or the prediction's.
  verdict_id INTEGER NOT NULL REFERENCES verdicts,
  from_round INTEGER NOT NULL CHECK (from_round >= 0),
  until_round INTEGER CHECK (until_round >= from_round - 1),
  withdrawn_by TEXT,
  withdrawn_at_ms INTEGER,
  CHECK ((until_round IS NULL) = (withdrawn_by IS NULL) AND (withdrawn_by IS NULL) = (withdrawn_at_ms IS NULL))
) STRICT;
CREATE UNIQUE INDEX donations_by_verdict ON donations (verdict_id) WHERE until_round IS NULL;
CREATE INDEX donations_by_image ON donations (image_id);
CREATE INDEX donations_by_action ON donations (action_id);
CREATE TRIGGER donations_by_people BEFORE INSERT ON donations
WHEN NOT EXISTS (SELECT 1 FROM verdicts WHERE id = NEW.verdict_id AND image_id = NEW.image_id AND verdict IN ('accepted', 'corrected', 'drawn'))
BEGIN SELECT RAISE(ABORT, 'a donor is a label that a person accepted, corrected or drew'); END;
CREATE TRIGGER donations_keep BEFORE UPDATE ON donations
WHEN OLD.until_round IS NOT NULL OR NEW.until_round IS NULL
BEGIN SELECT RAISE(ABORT, 'a donation is taken back once, and not changed'); END;
CREATE TRIGGER donations_keep_facts BEFORE UPDATE OF id, action_id, image_id, category_id, verdict_id, from_round ON donations
BEGIN SELECT RAISE(ABORT, 'a donation is taken back once, and not changed'); END;
CREATE TRIGGER donations_stay BEFORE DELETE ON donations
BEGIN SELECT RAISE(ABORT, 'a donation is taken back, not deleted'); END;
`;

/** What is known of predictions without looking at their masks again. */
const CANDIDATES = `
-- Scores, areas, qualities and overlaps of an image's predictions as one packed column (core/candidate-set.ts). Made from rows that
-- never change, so it cannot drift. Images labeled by version 1 have none: theirs is made from the masks when it is asked for.
CREATE TABLE candidate_sets (
  id INTEGER PRIMARY KEY,
  round INTEGER NOT NULL,
  image_id INTEGER NOT NULL,
  candidates BLOB NOT NULL,
  UNIQUE (round, image_id),
  FOREIGN KEY (round, image_id) REFERENCES label_attempts
) STRICT;
CREATE TRIGGER candidate_sets_keep BEFORE UPDATE ON candidate_sets
BEGIN SELECT RAISE(ABORT, 'a candidate set is immutable'); END;
CREATE TRIGGER candidate_sets_stay BEFORE DELETE ON candidate_sets
BEGIN SELECT RAISE(ABORT, 'a candidate set is immutable'); END;

-- The same of a model's detections on validation images, each with what the truth says of it (0 no object, 1 an object, 2 only a crowd),
-- and the truths of each category: from these, the precision and recall that a policy may expect.
CREATE TABLE calibration_sets (
  model_id INTEGER NOT NULL REFERENCES models,
  image_id INTEGER NOT NULL REFERENCES images,
  candidates BLOB NOT NULL,
  outcomes BLOB NOT NULL,
  truths TEXT NOT NULL CHECK (json_valid(truths)),
  PRIMARY KEY (model_id, image_id)
) STRICT;
CREATE TRIGGER calibration_sets_by_humans BEFORE INSERT ON calibration_sets
WHEN (SELECT subset FROM images WHERE id = NEW.image_id) = 'unlabeled'
BEGIN SELECT RAISE(ABORT, 'an unlabeled image has no ground truth to calibrate by'); END;
`;

/** What selection found beside its decisions; made anew with them. */
const FINDINGS = `
-- What became of the labels of the round before: one row a label of this round, and one a label of the round before that died.
CREATE TABLE label_changes (
  round INTEGER NOT NULL REFERENCES rounds,
  kind TEXT NOT NULL CHECK (kind IN ('born', 'kept', 'reclassified', 'grew', 'shrank', 'died')),
  -- Mask IoU with what it was before; 0 for what was born or died.
  iou REAL NOT NULL CHECK (iou BETWEEN 0 AND 1),
  -- Of this round, but for 'died'.
  prediction_id INTEGER NOT NULL REFERENCES predictions,
  previous_id INTEGER REFERENCES predictions,
  image_id INTEGER NOT NULL REFERENCES images,
  category_id INTEGER NOT NULL REFERENCES categories,
  PRIMARY KEY (round, kind, iou, prediction_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX label_changes_by_image ON label_changes (round, image_id);
CREATE INDEX label_changes_by_prediction ON label_changes (prediction_id, round);

CREATE TABLE suspicions (
  round INTEGER NOT NULL REFERENCES rounds,
  kind TEXT NOT NULL,
  strength REAL NOT NULL CHECK (strength BETWEEN 0 AND 1),
  prediction_id INTEGER NOT NULL REFERENCES predictions,
  image_id INTEGER NOT NULL REFERENCES images,
  -- Another prediction that is part of the case, such as the whole of a part.
  other_id INTEGER REFERENCES predictions,
  -- Whether it is the strongest of its prediction, so that a list of all kinds has each prediction once.
  strongest INTEGER NOT NULL CHECK (strongest IN (0, 1)),
  PRIMARY KEY (round, kind, strength, prediction_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX suspicions_by_strength ON suspicions (round, strength, prediction_id) WHERE strongest = 1;
CREATE INDEX suspicions_by_image ON suspicions (round, image_id);
CREATE INDEX suspicions_by_prediction ON suspicions (prediction_id);
-- So that marks, which are of the prediction's round, come and go with it.
CREATE TRIGGER suspicions_of_their_round BEFORE INSERT ON suspicions
WHEN NOT EXISTS (SELECT 1 FROM predictions WHERE id = NEW.prediction_id AND round = NEW.round AND image_id = NEW.image_id)
BEGIN SELECT RAISE(ABORT, 'a suspicion is of a prediction of its own round and image'); END;

${frozen('label_changes')}
${frozen('suspicions')}
ALTER TABLE rounds ADD COLUMN drift TEXT CHECK (drift IS NULL OR json_valid(drift));
ALTER TABLE rounds ADD COLUMN drift_accepted_at_ms INTEGER CHECK (drift_accepted_at_ms IS NULL OR drift IS NOT NULL);
`;

/** What people have said of an image counts up, so that a selection knows whether it has heard all of it. */
const WORDS = `
CREATE TABLE image_words (
  image_id INTEGER PRIMARY KEY REFERENCES images,
  revision INTEGER NOT NULL CHECK (revision > 0)
) STRICT;
CREATE TRIGGER verdicts_heard AFTER INSERT ON verdicts
BEGIN
  INSERT INTO image_words (image_id, revision) VALUES (NEW.image_id, 1) ON CONFLICT DO UPDATE SET revision = revision + 1;
END;
CREATE TRIGGER verdicts_unheard AFTER UPDATE OF standing ON verdicts
BEGIN
  INSERT INTO image_words (image_id, revision) VALUES (NEW.image_id, 1) ON CONFLICT DO UPDATE SET revision = revision + 1;
END;
-- The image's revision when it was selected; 0 where nobody had said anything.
ALTER TABLE selections ADD COLUMN heard INTEGER NOT NULL DEFAULT 0;
`;

/**
 * For the questions that people ask at ten million predictions. A walk in the order of scores begins in its band of areas (COCO's), one in
 * the order of areas in its band of scores, so that a condition on the one does not make a walk in the order of the other go over rows in vain.
 */
const ASKING = `
CREATE INDEX predictions_by_score
ON predictions (round, category_id, (area_px2 >= 1024) + (area_px2 >= 9216), score, area_px2);
CREATE INDEX predictions_by_area
ON predictions (round, category_id, (score >= 0.25) + (score >= 0.5) + (score >= 0.75), area_px2, score);

-- A copy of the prediction's, as are category and score, so that a selection is asked without its predictions. Its writer fills it in.
ALTER TABLE pseudo_labels ADD COLUMN area_px2 INTEGER CHECK (area_px2 >= 0);
DROP TRIGGER pseudo_labels_keep;
UPDATE pseudo_labels SET area_px2 = (SELECT area_px2 FROM predictions WHERE id = prediction_id);
CREATE TRIGGER pseudo_labels_keep BEFORE UPDATE ON pseudo_labels
BEGIN SELECT RAISE(ABORT, 'a selection is made anew, not changed'); END;
DROP INDEX pseudo_labels_by_category;
CREATE INDEX pseudo_labels_by_score ON pseudo_labels (round, status, reason, category_id, score, prediction_id, area_px2);
CREATE INDEX pseudo_labels_by_area ON pseudo_labels (round, status, reason, category_id, area_px2, prediction_id, score);
CREATE INDEX pseudo_labels_by_previous ON pseudo_labels (previous_id) WHERE previous_id IS NOT NULL;

CREATE INDEX verdicts_of_predictions ON verdicts (prediction_id) WHERE prediction_id IS NOT NULL;
CREATE INDEX donations_of_verdicts ON donations (verdict_id);
-- Predictions that a verdict, a change or a suspicion speaks of, by its kind ('suspected': of any kind), with copies of their facts, so that
-- these are asked as all predictions are. Only triggers write them.
CREATE TABLE label_marks (
  round INTEGER NOT NULL,
  mark TEXT NOT NULL,
  category_id INTEGER NOT NULL,
  score REAL NOT NULL,
  prediction_id INTEGER NOT NULL,
  area_px2 INTEGER NOT NULL,
  image_id INTEGER NOT NULL,
  PRIMARY KEY (round, mark, category_id, score, prediction_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX label_marks_by_area ON label_marks (round, mark, category_id, area_px2, prediction_id, score, image_id);
CREATE TABLE mark_counts (
  round INTEGER NOT NULL,
  mark TEXT NOT NULL,
  category_id INTEGER NOT NULL,
  predictions INTEGER NOT NULL,
  PRIMARY KEY (round, mark, category_id)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER label_marks_count AFTER INSERT ON label_marks
BEGIN
  INSERT INTO mark_counts (round, mark, category_id, predictions) VALUES (NEW.round, NEW.mark, NEW.category_id, 1)
  ON CONFLICT DO UPDATE SET predictions = predictions + 1;
END;
CREATE TRIGGER label_marks_uncount AFTER DELETE ON label_marks
BEGIN
  UPDATE mark_counts SET predictions = predictions - 1 WHERE round = OLD.round AND mark = OLD.mark AND category_id = OLD.category_id;
END;
INSERT INTO label_marks (round, mark, category_id, score, prediction_id, area_px2, image_id)
SELECT p.round, v.verdict, p.category_id, p.score, p.id, p.area_px2, p.image_id
FROM verdicts v JOIN predictions p ON p.id = v.prediction_id WHERE v.standing = 1;
${marks('AFTER INSERT ON verdicts', `NEW.standing = 1 AND ${speaks('NEW')}`, 'NEW.verdict')}
${marks('AFTER UPDATE OF standing ON verdicts', `OLD.standing = 0 AND NEW.standing = 1 AND ${speaks('NEW')}`, 'NEW.verdict')}
${unmarks('AFTER UPDATE OF standing ON verdicts', `OLD.standing = 1 AND NEW.standing = 0 AND ${speaks('OLD')}`, 'OLD.verdict')}
${marks('AFTER INSERT ON label_changes', 'TRUE', 'NEW.kind')}
${unmarks('AFTER DELETE ON label_changes', 'TRUE', 'OLD.kind')}
${marks('AFTER INSERT ON suspicions', 'TRUE', 'NEW.kind')}
${unmarks('AFTER DELETE ON suspicions', 'TRUE', 'OLD.kind')}
${marks('AFTER INSERT ON suspicions', 'NEW.strongest = 1', "'suspected'")}
${unmarks('AFTER DELETE ON suspicions', 'OLD.strongest = 1', "'suspected'")}

-- Sums that are kept, so that statistics over ten million predictions are a few hundred rows: predictions by category and score, and by
-- category and band of areas (db/area-bands.ts), those up to an id; a few thousand are added at once, as to do so row by row takes half as
-- long as to write the rows. The views add those behind it, so that they are always the sums of what is there.
ALTER TABLE score_counts RENAME TO score_sums;
CREATE TABLE area_sums (
  round INTEGER NOT NULL,
  category_id INTEGER NOT NULL,
  band INTEGER NOT NULL CHECK (band BETWEEN 0 AND 6),
  predictions INTEGER NOT NULL,
  PRIMARY KEY (round, category_id, band)
) STRICT, WITHOUT ROWID;
CREATE TABLE summed (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  until_prediction INTEGER NOT NULL
) STRICT;
INSERT INTO area_sums (round, category_id, band, predictions)
SELECT round, category_id, ${areaBand('area_px2')} AS band, count(*) FROM predictions GROUP BY round, category_id, band;
INSERT INTO summed (id, until_prediction) SELECT 1, coalesce(max(id), 0) FROM predictions;
CREATE VIEW score_counts AS
SELECT round, category_id, bin, sum(predictions) AS predictions, sum(score_sum) AS score_sum FROM (
  SELECT round, category_id, bin, predictions, score_sum FROM score_sums UNION ALL ${newScores}
) GROUP BY round, category_id, bin;
CREATE VIEW area_counts AS
SELECT round, category_id, band, sum(predictions) AS predictions, sum(kept) AS kept FROM (
  SELECT round, category_id, band, predictions, 0 AS kept FROM area_sums
  UNION ALL SELECT round, category_id, band, 0, labels FROM kept_areas
  UNION ALL SELECT round, category_id, band, predictions, 0 FROM (${newAreas})
) GROUP BY round, category_id, band;
CREATE TRIGGER candidate_sets_sum AFTER INSERT ON candidate_sets
WHEN (SELECT max(id) FROM predictions) >= (SELECT until_prediction FROM summed) + 4000
BEGIN
  INSERT INTO score_sums (round, category_id, bin, predictions, score_sum) ${newScores}
  ON CONFLICT DO UPDATE SET predictions = predictions + excluded.predictions, score_sum = score_sum + excluded.score_sum;
  INSERT INTO area_sums (round, category_id, band, predictions) ${newAreas}
  ON CONFLICT DO UPDATE SET predictions = predictions + excluded.predictions;
  UPDATE summed SET until_prediction = (SELECT max(id) FROM predictions);
END;

-- The same of decisions, image by image as its selection comes and goes (after and before its pseudo-labels do).
CREATE TABLE kept_areas (
  round INTEGER NOT NULL,
  category_id INTEGER NOT NULL,
  band INTEGER NOT NULL CHECK (band BETWEEN 0 AND 6),
  labels INTEGER NOT NULL,
  PRIMARY KEY (round, category_id, band)
) STRICT, WITHOUT ROWID;
INSERT INTO kept_areas (round, category_id, band, labels)
SELECT round, category_id, ${areaBand('area_px2')} AS band, count(*) FROM pseudo_labels WHERE status = 'kept' GROUP BY round, category_id, band;
DROP TRIGGER pseudo_labels_count;
DROP TRIGGER pseudo_labels_uncount;
CREATE TRIGGER selections_count AFTER INSERT ON selections
BEGIN
${countSelection('NEW', '')}
END;
CREATE TRIGGER selections_uncount BEFORE DELETE ON selections
BEGIN
${countSelection('OLD', '-')}
END;

-- Human labels without crowd regions, to compare with.
CREATE TABLE truth_counts (
  subset TEXT NOT NULL,
  category_id INTEGER NOT NULL,
  band INTEGER NOT NULL CHECK (band BETWEEN 0 AND 6),
  truths INTEGER NOT NULL,
  PRIMARY KEY (subset, category_id, band)
) STRICT, WITHOUT ROWID;
INSERT INTO truth_counts (subset, category_id, band, truths)
SELECT i.subset, t.category_id, ${areaBand('t.area_px2')} AS band, count(*)
FROM ground_truths t JOIN images i ON i.id = t.image_id WHERE t.crowd = 0 GROUP BY i.subset, t.category_id, band;
CREATE TRIGGER ground_truths_count AFTER INSERT ON ground_truths WHEN NEW.crowd = 0
BEGIN
  INSERT INTO truth_counts (subset, category_id, band, truths)
  VALUES ((SELECT subset FROM images WHERE id = NEW.image_id), NEW.category_id,
    ${areaBand('NEW.area_px2')}, 1)
  ON CONFLICT DO UPDATE SET truths = truths + 1;
END;
`;

export const labels: Migration = { version: 2, sql: PREDICTIONS + VERDICTS + CANDIDATES + FINDINGS + WORDS + ASKING };
