import type { Migration } from './migration.ts';

/** People's side: the run, its categories and images, and human labels, which nothing writes over. */
const DATA_SET = `
CREATE TABLE runs (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  name TEXT NOT NULL,
  seed INTEGER NOT NULL CHECK (seed BETWEEN 0 AND 4294967295),
  config TEXT NOT NULL CHECK (json_valid(config)),
  config_hash TEXT NOT NULL,
  program_version TEXT NOT NULL,
  machine_version INTEGER NOT NULL,
  created_at_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE categories (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  class_index INTEGER NOT NULL UNIQUE CHECK (class_index >= 0)
) STRICT;

CREATE TABLE images (
  id INTEGER PRIMARY KEY,
  sha256 TEXT NOT NULL UNIQUE CHECK (length(sha256) = 64),
  path TEXT NOT NULL,
  file_name TEXT NOT NULL,
  width INTEGER NOT NULL CHECK (width > 0),
  height INTEGER NOT NULL CHECK (height > 0),
  orientation INTEGER NOT NULL CHECK (orientation BETWEEN 1 AND 8),
  subset TEXT NOT NULL CHECK (subset IN ('labeled', 'validation', 'unlabeled')),
  source_id INTEGER
) STRICT;
CREATE INDEX images_by_subset ON images (subset);
CREATE TRIGGER images_keep_content BEFORE UPDATE OF id, sha256, width, height, subset ON images
BEGIN SELECT RAISE(ABORT, 'an image keeps its content and its subset'); END;

CREATE TABLE ground_truths (
  id INTEGER PRIMARY KEY,
  image_id INTEGER NOT NULL REFERENCES images,
  category_id INTEGER NOT NULL REFERENCES categories,
  x1 REAL NOT NULL, y1 REAL NOT NULL, x2 REAL NOT NULL, y2 REAL NOT NULL,
  area_px2 REAL NOT NULL CHECK (area_px2 >= 0),
  crowd INTEGER NOT NULL CHECK (crowd IN (0, 1)),
  source_id INTEGER,
  rle TEXT NOT NULL
) STRICT;
CREATE INDEX ground_truths_by_image ON ground_truths (image_id);
CREATE TRIGGER ground_truths_by_humans BEFORE INSERT ON ground_truths
WHEN (SELECT subset FROM images WHERE id = NEW.image_id) = 'unlabeled'
BEGIN SELECT RAISE(ABORT, 'an unlabeled image has no ground truth'); END;
CREATE TRIGGER ground_truths_keep BEFORE UPDATE ON ground_truths
BEGIN SELECT RAISE(ABORT, 'a ground truth is immutable'); END;
CREATE TRIGGER ground_truths_stay BEFORE DELETE ON ground_truths
BEGIN SELECT RAISE(ABORT, 'a ground truth is immutable'); END;

CREATE VIEW donors AS
SELECT t.* FROM ground_truths t JOIN images i ON i.id = t.image_id WHERE i.subset = 'labeled' AND t.crowd = 0;

CREATE TABLE quarantine (
  subset TEXT NOT NULL CHECK (subset IN ('labeled', 'validation', 'unlabeled')),
  path TEXT NOT NULL,
  file_name TEXT NOT NULL,
  reason TEXT NOT NULL,
  detail TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  PRIMARY KEY (subset, path)
) STRICT, WITHOUT ROWID;
`;

/** Machines' side: models, rounds, everything a teacher said, and what of it was selected. */
const ROUNDS = `
CREATE TABLE models (
  id INTEGER PRIMARY KEY,
  round INTEGER NOT NULL CHECK (round >= 0),
  role TEXT NOT NULL CHECK (role IN ('given', 'student')),
  path TEXT NOT NULL,
  sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
  contract TEXT NOT NULL CHECK (json_valid(contract)),
  created_at_ms INTEGER NOT NULL,
  UNIQUE (round, role, sha256)
) STRICT;

CREATE TABLE rounds (
  idx INTEGER PRIMARY KEY CHECK (idx >= 0),
  stage TEXT NOT NULL,
  teacher_model_id INTEGER REFERENCES models,
  student_model_id INTEGER REFERENCES models,
  policy TEXT CHECK (policy IS NULL OR json_valid(policy)),
  frozen_at_ms INTEGER,
  started_at_ms INTEGER NOT NULL,
  finished_at_ms INTEGER,
  promoted INTEGER CHECK (promoted IN (0, 1)),
  CHECK (frozen_at_ms IS NULL OR policy IS NOT NULL),
  CHECK ((finished_at_ms IS NULL) = (promoted IS NULL))
) STRICT;

CREATE TABLE stage_times (
  round INTEGER NOT NULL REFERENCES rounds,
  stage TEXT NOT NULL,
  started_at_ms INTEGER NOT NULL,
  duration_ms INTEGER NOT NULL CHECK (duration_ms >= 0),
  PRIMARY KEY (round, stage, started_at_ms)
) STRICT, WITHOUT ROWID;

CREATE TABLE label_attempts (
  round INTEGER NOT NULL REFERENCES rounds,
  image_id INTEGER NOT NULL REFERENCES images,
  status TEXT NOT NULL CHECK (status IN ('done', 'failed')),
  reason TEXT,
  model_id INTEGER NOT NULL REFERENCES models,
  predictions INTEGER NOT NULL CHECK (predictions >= 0),
  duration_ms INTEGER NOT NULL CHECK (duration_ms >= 0),
  created_at_ms INTEGER NOT NULL,
  PRIMARY KEY (round, image_id),
  CHECK ((status = 'failed') = (reason IS NOT NULL)),
  CHECK (status = 'done' OR predictions = 0)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER label_attempts_unlabeled BEFORE INSERT ON label_attempts
WHEN (SELECT subset FROM images WHERE id = NEW.image_id) <> 'unlabeled'
BEGIN SELECT RAISE(ABORT, 'only unlabeled images are labeled by a model'); END;

CREATE TABLE predictions (
  id INTEGER PRIMARY KEY,
  round INTEGER NOT NULL REFERENCES rounds,
  image_id INTEGER NOT NULL REFERENCES images,
  model_id INTEGER NOT NULL REFERENCES models,
  category_id INTEGER NOT NULL REFERENCES categories,
  score REAL NOT NULL CHECK (score BETWEEN 0 AND 1),
  x1 REAL NOT NULL, y1 REAL NOT NULL, x2 REAL NOT NULL, y2 REAL NOT NULL,
  area_px2 INTEGER NOT NULL CHECK (area_px2 >= 0),
  rle TEXT NOT NULL
) STRICT;
CREATE INDEX predictions_by_image ON predictions (round, image_id);
CREATE INDEX predictions_by_category ON predictions (round, category_id, score);
CREATE TRIGGER predictions_unlabeled BEFORE INSERT ON predictions
WHEN (SELECT subset FROM images WHERE id = NEW.image_id) <> 'unlabeled'
BEGIN SELECT RAISE(ABORT, 'only unlabeled images have predictions'); END;
CREATE TRIGGER predictions_keep BEFORE UPDATE ON predictions
BEGIN SELECT RAISE(ABORT, 'a prediction is immutable'); END;
CREATE TRIGGER predictions_stay BEFORE DELETE ON predictions
BEGIN SELECT RAISE(ABORT, 'a prediction is immutable'); END;

CREATE TABLE verdicts (
  id INTEGER PRIMARY KEY,
  image_id INTEGER NOT NULL REFERENCES images,
  prediction_id INTEGER REFERENCES predictions,
  verdict TEXT NOT NULL CHECK (verdict IN ('accepted', 'rejected')),
  who TEXT NOT NULL,
  why TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  CHECK (prediction_id IS NOT NULL OR verdict = 'rejected')
) STRICT;
CREATE UNIQUE INDEX verdicts_by_prediction ON verdicts (prediction_id) WHERE prediction_id IS NOT NULL;
CREATE UNIQUE INDEX verdicts_of_whole_images ON verdicts (image_id) WHERE prediction_id IS NULL;
CREATE INDEX verdicts_by_image ON verdicts (image_id);
CREATE TRIGGER verdicts_about_own_image BEFORE INSERT ON verdicts
WHEN NEW.prediction_id IS NOT NULL AND (SELECT image_id FROM predictions WHERE id = NEW.prediction_id) <> NEW.image_id
BEGIN SELECT RAISE(ABORT, 'a verdict names the image of its prediction'); END;

CREATE TABLE selections (
  round INTEGER NOT NULL REFERENCES rounds,
  image_id INTEGER NOT NULL REFERENCES images,
  kept INTEGER NOT NULL CHECK (kept >= 0),
  dropped INTEGER NOT NULL CHECK (dropped >= 0),
  PRIMARY KEY (round, image_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX selections_by_kept ON selections (round, kept);

CREATE TABLE pseudo_labels (
  round INTEGER NOT NULL REFERENCES rounds,
  image_id INTEGER NOT NULL REFERENCES images,
  prediction_id INTEGER NOT NULL REFERENCES predictions,
  category_id INTEGER NOT NULL REFERENCES categories,
  score REAL NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('kept', 'dropped')),
  reason TEXT NOT NULL,
  weight REAL NOT NULL CHECK (weight BETWEEN 0 AND 1),
  previous_id INTEGER REFERENCES predictions,
  PRIMARY KEY (round, image_id, prediction_id),
  CHECK (status = 'kept' OR weight = 0)
) STRICT, WITHOUT ROWID;
CREATE INDEX pseudo_labels_by_category ON pseudo_labels (round, status, category_id, score, prediction_id);
CREATE TRIGGER pseudo_labels_of_their_round BEFORE INSERT ON pseudo_labels
WHEN NOT EXISTS (SELECT 1 FROM predictions WHERE id = NEW.prediction_id AND round = NEW.round AND image_id = NEW.image_id)
BEGIN SELECT RAISE(ABORT, 'a pseudo-label is a prediction of its own round and image'); END;
CREATE TRIGGER pseudo_labels_frozen BEFORE INSERT ON pseudo_labels
WHEN (SELECT frozen_at_ms FROM rounds WHERE idx = NEW.round) IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'the pseudo-labels of this round are frozen'); END;
CREATE TRIGGER pseudo_labels_keep BEFORE UPDATE ON pseudo_labels
BEGIN SELECT RAISE(ABORT, 'a selection is made anew, not changed'); END;
CREATE TRIGGER pseudo_labels_stay BEFORE DELETE ON pseudo_labels
WHEN (SELECT frozen_at_ms FROM rounds WHERE idx = OLD.round) IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'the pseudo-labels of this round are frozen'); END;
`;

/** Sums kept by triggers, so that statistics over ten million predictions are a few hundred rows. They cannot drift from the rows. */
const COUNTS = `
CREATE TABLE score_counts (
  round INTEGER NOT NULL,
  category_id INTEGER NOT NULL,
  bin INTEGER NOT NULL CHECK (bin BETWEEN 0 AND 19),
  predictions INTEGER NOT NULL,
  score_sum REAL NOT NULL,
  PRIMARY KEY (round, category_id, bin)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER predictions_count AFTER INSERT ON predictions
BEGIN
  INSERT INTO score_counts (round, category_id, bin, predictions, score_sum)
  VALUES (NEW.round, NEW.category_id, min(19, CAST(NEW.score * 20 AS INTEGER)), 1, NEW.score)
  ON CONFLICT DO UPDATE SET predictions = predictions + 1, score_sum = score_sum + excluded.score_sum;
END;

CREATE TABLE selection_counts (
  round INTEGER NOT NULL,
  category_id INTEGER NOT NULL,
  status TEXT NOT NULL,
  reason TEXT NOT NULL,
  predictions INTEGER NOT NULL,
  PRIMARY KEY (round, category_id, status, reason)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER pseudo_labels_count AFTER INSERT ON pseudo_labels
BEGIN
  INSERT INTO selection_counts (round, category_id, status, reason, predictions)
  VALUES (NEW.round, NEW.category_id, NEW.status, NEW.reason, 1)
  ON CONFLICT DO UPDATE SET predictions = predictions + 1;
END;
CREATE TRIGGER pseudo_labels_uncount AFTER DELETE ON pseudo_labels
BEGIN
  UPDATE selection_counts SET predictions = predictions - 1
  WHERE round = OLD.round AND category_id = OLD.category_id AND status = OLD.status AND reason = OLD.reason;
END;
`;

/** What the run remembers of itself. */
const RECORD = `
CREATE TABLE checkpoints (
  round INTEGER NOT NULL REFERENCES rounds,
  step INTEGER NOT NULL CHECK (step >= 0),
  path TEXT NOT NULL,
  sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
  bytes INTEGER NOT NULL CHECK (bytes >= 0),
  created_at_ms INTEGER NOT NULL,
  PRIMARY KEY (round, step)
) STRICT, WITHOUT ROWID;

CREATE TABLE metrics (
  round INTEGER NOT NULL REFERENCES rounds,
  step INTEGER NOT NULL CHECK (step >= 0),
  name TEXT NOT NULL,
  value REAL,
  PRIMARY KEY (round, name, step)
) STRICT, WITHOUT ROWID;

CREATE TABLE events (
  id INTEGER PRIMARY KEY,
  at_ms INTEGER NOT NULL,
  round INTEGER,
  kind TEXT NOT NULL,
  data TEXT NOT NULL CHECK (json_valid(data))
) STRICT;

CREATE TABLE snapshots (
  id INTEGER PRIMARY KEY,
  at_ms INTEGER NOT NULL,
  machine_version INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (json_valid(state))
) STRICT;
`;

export const initial: Migration = { version: 1, sql: DATA_SET + ROUNDS + COUNTS + RECORD };
