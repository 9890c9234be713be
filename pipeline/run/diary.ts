import { errorFacts } from '../../core/index.ts';
import type { RunDatabase } from '../../db/index.ts';
import { commitPoint } from '../commit-points.ts';
import { mayPass } from '../machine/retry.ts';
import type { Emit, RunEvent } from '../progress.ts';
import type { Notifications } from '../telling/notifications.ts';

/** Writes a run's events into its database, and with each whom it is to be told: who is told of it afterwards may be killed before. */
export class Diary {
  readonly #db: RunDatabase;
  readonly #told: Pick<Notifications, 'owe'>;
  /** By a commit, so not again where they come by. */
  readonly #written = new WeakSet<RunEvent>();

  constructor(db: RunDatabase, told: Pick<Notifications, 'owe'>) {
    this.#db = db;
    this.#told = told;
  }

  /** Writes what makes events true together with them: all or nothing. They are told afterwards, by who has them. */
  commit(events: readonly RunEvent[], write: () => void): void {
    this.#db.transaction(() => {
      write();
      for (const event of events) this.#add(event);
    });
    for (const event of events) this.#written.add(event);
  }

  /** A sink that writes the events that no commit wrote, and hands every event on; progress is told too often to be written. */
  recording(emit: Emit): Emit {
    return (event) => {
      if (event.kind !== 'progress' && !this.#written.has(event)) this.#remember(event);
      emit(event);
    };
  }

  /** A diary that cannot be written for a while, as on a full disk, stops nobody: what counts is in the other rows. Nor may it hide a failure. */
  #remember(event: RunEvent): void {
    try {
      this.#db.transaction(() => this.#add(event));
      commitPoint('event-recorded');
    } catch (error) {
      if (event.kind !== 'run-failed' && !mayPass(errorFacts(error))) throw error;
    }
  }

  #add(event: RunEvent): void {
    const round = 'round' in event ? event.round : null;
    this.#db.events.add({ atMs: Date.now(), round, kind: event.kind, data: event });
    this.#told.owe(event);
  }
}
