import type { Migration } from './migration.ts';

/** What receivers are still to be told; written with what it tells of, and gone once it was told. */
export const notices: Migration = {
  version: 5,
  sql: `
CREATE TABLE notices (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL,
  -- A hash: addresses and commands may be secrets.
  receiver TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  tries INTEGER NOT NULL DEFAULT 0 CHECK (tries >= 0),
  notice TEXT NOT NULL CHECK (json_valid(notice)),
  UNIQUE (receiver, id)
) STRICT;
`,
};
