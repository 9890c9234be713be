import { type Notices, openDatabase } from '../../db/index.ts';

/** Reaches what the receivers of a run are owed. Throws where it cannot be reached. */
export type NoticeMemory = (use: (notices: Notices) => void) => void;

/**
 * The memory of a run that this process has let go of, by a short connection each time. Another process may own the run by now: what was
 * told is crossed out all the same. Where that one came to tell it first, it comes twice, under the same id.
 */
export function memoryAfterwards(database: string): NoticeMemory {
  return (use) => {
    const db = openDatabase(database, { mode: 'write' });
    try {
      use(db.notices);
    } finally {
      db.close();
    }
  };
}
