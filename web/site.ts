import { openDatabase, type RunDatabase } from '../db/index.ts';
import { type RunFolder, runFolder } from '../pipeline/index.ts';

/** The run that is served, and how its database is reached. */
export interface Site {
  readonly folder: RunFolder;
  /** Looks into the database; one connection serves all who only look. */
  read<Result>(look: (db: RunDatabase) => Result): Result;
  /** Writes with a connection of its own, as a person's other programs do, also while the run goes on. */
  write<Result>(change: (db: RunDatabase) => Result): Result;
  close(): void;
}

/** Opens nothing yet: a run may be served before it has a database. */
export function openSite(path: string): Site {
  const folder = runFolder(path);
  let reader: RunDatabase | undefined;
  return {
    folder,
    read(look) {
      reader ??= openDatabase(folder.database, { mode: 'read' });
      return look(reader);
    },
    write(change) {
      const db = openDatabase(folder.database, { mode: 'write' });
      try {
        return change(db);
      } finally {
        db.close();
      }
    },
    close() {
      reader?.close();
    },
  };
}
