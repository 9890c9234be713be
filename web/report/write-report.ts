import { extname } from 'node:path';
import { expectation, SelfpasteError } from '../../core/index.ts';
import { writeFileAtomic } from '../../dataset/index.ts';
import { openDatabase, type RunDatabase, readRunOwner } from '../../db/index.ts';
import { runFolder } from '../../pipeline/index.ts';
import { labeledRounds } from '../routes/labeled-rounds.ts';
import { builtFile } from '../routes/page.ts';
import { sampleLabels } from './label-sample.ts';
import { reportDocument } from './report-document.ts';
import { isSelected, type ReportFacts, reportFacts } from './report-facts.ts';
import { type ChosenLabel, chosenLabels, drawSample } from './sample-pictures.ts';

/** What of a run goes where. */
export interface ReportOrder {
  readonly folder: string;
  /** File to write, in place of one that is there. */
  readonly path: string;
  /** Labels of the sample, at most. */
  readonly labels: number;
}

export interface WrittenReport {
  readonly path: string;
  readonly bytes: number;
  /** Labels of the sample. */
  readonly labels: number;
}

/** A report can be sent by mail. */
const MOST_BYTES = 5_000_000;

/**
 * Writes a run as one page that opens from disk, whole or not at all; also while the run goes on. The same run gives the same bytes, but for
 * the time at which it was made.
 * @throws SelfpasteError USAGE_NO_PAGE_NAME, DATA_EMPTY_RUN, ENVIRONMENT_NO_PAGE, and what opening a database and writing a file throw
 */
export async function writeReport({ folder, path, labels }: ReportOrder, nowMs = Date.now()): Promise<WrittenReport> {
  requirePageName(path);
  const page = { script: builtFile('report.js'), style: builtFile('report.css') };
  const { facts, chosen } = readRun(folder, labels, nowMs);
  const roomBytes = MOST_BYTES - Buffer.byteLength(reportDocument(page, { ...facts, sample: null }));
  const sample = chosen && (await drawSample(chosen.round, chosen.labels, roomBytes));
  const document = reportDocument(page, { ...facts, sample });
  await writeFileAtomic(path, document);
  return { path, bytes: Buffer.byteLength(document), labels: sample?.labels.length ?? 0 };
}

interface RunRead {
  readonly facts: ReportFacts;
  /** Null where nothing was labeled. */
  readonly chosen: { readonly round: number; readonly labels: readonly ChosenLabel[] } | null;
}

/** All in one view: a run that goes on meanwhile is shown as it was at one moment. */
function readRun(folder: string, labels: number, nowMs: number): RunRead {
  const db = openDatabase(runFolder(folder).database, { mode: 'read' });
  try {
    const owner = readRunOwner(folder) ?? null;
    return db.view(() => {
      const facts = reportFacts(db, folder, owner, nowMs);
      const round = roundToSample(db);
      const chosen = round === null ? null : { round, labels: chosenLabels(db, sampleLabels(db, round, labels, facts.run.seed)) };
      return { facts, chosen };
    });
  } finally {
    db.close();
  }
}

/** The last one whose labels are selected, or else the one that is labeled now. */
function roundToSample(db: RunDatabase): number | null {
  const rounds = labeledRounds(db);
  return rounds.findLast((round) => isSelected({ selection: db.pseudoLabels.counts(round) })) ?? rounds.at(-1) ?? null;
}

/** What a slip of the hand would write over, as a configuration or a picture, has another ending. */
function requirePageName(path: string): void {
  if (['.html', '.htm'].includes(extname(path).toLowerCase())) return;
  throw new SelfpasteError('USAGE_NO_PAGE_NAME', expectation('--export', 'the name of an HTML file', path), 'let it end in .html');
}
