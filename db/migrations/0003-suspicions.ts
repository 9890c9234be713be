import type { Migration } from './migration.ts';

/**
 * A suspicion comes and goes with the selection that found it, so that it can hold copies of its prediction's facts and of what became of
 * it: the likely errors are asked for without a look into ten million predictions for each.
 */
export const suspicions: Migration = {
  version: 3,
  sql: `
ALTER TABLE suspicions ADD COLUMN category_id INTEGER REFERENCES categories;
ALTER TABLE suspicions ADD COLUMN score REAL;
ALTER TABLE suspicions ADD COLUMN area_px2 INTEGER;
ALTER TABLE suspicions ADD COLUMN status TEXT;
ALTER TABLE suspicions ADD COLUMN reason TEXT;
UPDATE suspicions SET (category_id, score, area_px2, status, reason) = (
  SELECT category_id, score, area_px2, status, reason FROM pseudo_labels s
  WHERE s.round = suspicions.round AND s.image_id = suspicions.image_id AND s.prediction_id = suspicions.prediction_id
);
DROP INDEX suspicions_by_strength;
CREATE INDEX suspicions_by_strength
ON suspicions (round, strength, prediction_id, category_id, score, area_px2, status, reason, image_id) WHERE strongest = 1;
DROP TRIGGER suspicions_of_their_round;
CREATE TRIGGER suspicions_of_their_selection BEFORE INSERT ON suspicions
WHEN NOT EXISTS (
  SELECT 1 FROM pseudo_labels WHERE round = NEW.round AND image_id = NEW.image_id AND prediction_id = NEW.prediction_id
    AND (category_id, score, area_px2, status, reason) = (NEW.category_id, NEW.score, NEW.area_px2, NEW.status, NEW.reason)
)
BEGIN SELECT RAISE(ABORT, 'a suspicion is of a prediction of its own selection, with the facts of that'); END;
CREATE TRIGGER suspicions_keep BEFORE UPDATE ON suspicions
BEGIN SELECT RAISE(ABORT, 'a suspicion is found anew, not changed'); END;
`,
};
