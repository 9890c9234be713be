import type { Migration } from './migration.ts';

/** Names that who asks gives an action before it is written, so that what is asked again, after an answer was lost, is not written again. */
export const actionKeys: Migration = {
  version: 6,
  sql: `
ALTER TABLE actions ADD COLUMN key TEXT;
CREATE UNIQUE INDEX actions_by_key ON actions (key) WHERE key IS NOT NULL;
DROP TRIGGER actions_keep;
CREATE TRIGGER actions_keep BEFORE UPDATE OF id, who, why, subject, at_ms, key ON actions
BEGIN SELECT RAISE(ABORT, 'an action is undone, not changed'); END;
`,
};
