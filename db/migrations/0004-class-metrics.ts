import type { Migration } from './migration.ts';

/** What a measured student is worth class by class. A class without objects has no numbers: null, which is not 0. */
export const classMetrics: Migration = {
  version: 4,
  sql: `
CREATE TABLE class_metrics (
  round INTEGER NOT NULL REFERENCES rounds,
  step INTEGER NOT NULL CHECK (step >= 0),
  category_id INTEGER NOT NULL REFERENCES categories,
  -- Human objects of the validation pictures, without crowds.
  truths INTEGER NOT NULL CHECK (truths >= 0),
  mask_ap REAL CHECK (mask_ap BETWEEN 0 AND 1),
  mask_ap50 REAL CHECK (mask_ap50 BETWEEN 0 AND 1),
  box_ap REAL CHECK (box_ap BETWEEN 0 AND 1),
  PRIMARY KEY (round, step, category_id),
  CHECK ((mask_ap IS NULL) = (truths = 0) AND (mask_ap50 IS NULL) = (truths = 0) AND (box_ap IS NULL) = (truths = 0))
) STRICT, WITHOUT ROWID;
`,
};
