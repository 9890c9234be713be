import { Actions } from './actions.ts';
import { Calibrations } from './calibrations.ts';
import { Categories } from './categories.ts';
import { Checkpoints } from './checkpoints.ts';
import { ClassMetrics } from './class-metrics.ts';
import type { Connection } from './connection.ts';
import { Donations } from './donations.ts';
import { Events } from './events.ts';
import { GroundTruths } from './ground-truths.ts';
import { Images } from './images.ts';
import { Labeling } from './labeling.ts';
import { Metrics } from './metrics.ts';
import { Models } from './models.ts';
import { Notices } from './notices.ts';
import { PseudoLabels } from './pseudo-labels.ts';
import { Quarantine } from './quarantine.ts';
import { Rounds } from './rounds.ts';
import { Runs } from './runs.ts';
import { Snapshots } from './snapshots.ts';
import { StageTimes } from './stage-times.ts';
import { Verdicts } from './verdicts.ts';

/** A run's database: one member a table. What a person asks of several tables at once is in `queries/`. */
export class RunDatabase {
  /** For this room's own files; other rooms hold no SQL. */
  readonly connection: Connection;
  readonly runs: Runs;
  readonly categories: Categories;
  readonly images: Images;
  readonly groundTruths: GroundTruths;
  readonly quarantine: Quarantine;
  readonly models: Models;
  readonly rounds: Rounds;
  readonly stageTimes: StageTimes;
  readonly labeling: Labeling;
  readonly calibrations: Calibrations;
  readonly verdicts: Verdicts;
  readonly donations: Donations;
  readonly pseudoLabels: PseudoLabels;
  readonly checkpoints: Checkpoints;
  readonly metrics: Metrics;
  readonly classMetrics: ClassMetrics;
  readonly events: Events;
  readonly notices: Notices;
  readonly snapshots: Snapshots;

  constructor(connection: Connection) {
    this.connection = connection;
    this.runs = new Runs(connection);
    this.categories = new Categories(connection);
    this.images = new Images(connection);
    this.groundTruths = new GroundTruths(connection);
    this.quarantine = new Quarantine(connection);
    this.models = new Models(connection);
    this.rounds = new Rounds(connection);
    this.stageTimes = new StageTimes(connection);
    this.labeling = new Labeling(connection);
    this.calibrations = new Calibrations(connection);
    const actions = new Actions(connection);
    this.donations = new Donations(connection, actions);
    this.verdicts = new Verdicts(connection, actions, this.donations);
    this.pseudoLabels = new PseudoLabels(connection);
    this.checkpoints = new Checkpoints(connection);
    this.metrics = new Metrics(connection);
    this.classMetrics = new ClassMetrics(connection);
    this.events = new Events(connection);
    this.notices = new Notices(connection);
    this.snapshots = new Snapshots(connection);
  }

  get path(): string {
    return this.connection.path;
  }

  /**
   * All of the work is committed, or nothing of it where it throws. The work is synchronous.
   * A machine's snapshot goes into the same transaction as the rows it speaks of.
   */
  transaction<Result>(work: () => Result): Result {
    return this.connection.transaction(work);
  }

  /** All of the work sees one state, whatever is written meanwhile. The work is synchronous. */
  view<Result>(work: () => Result): Result {
    return this.connection.view(work);
  }

  /** Has a check before each transaction that writes: whether this process still owns the run, say. */
  guardWrites(check: () => void): void {
    this.connection.guardWrites(check);
  }

  /** Closes; the last connection to close moves the write-ahead log into the file, so that the one file is the whole run. */
  close(): void {
    this.connection.close();
  }
}
