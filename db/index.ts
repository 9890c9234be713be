/** The run's database, and the only SQL of the project. */
export type { ActionFacts, ActionRow, ActionState } from './actions.ts';
export { AREA_BANDS, type AreaBand, areaBandOf } from './area-bands.ts';
export { snapshotDatabase } from './backups.ts';
export type { Calibration } from './calibrations.ts';
export type { CategoryRow } from './categories.ts';
export type { CheckpointRow } from './checkpoints.ts';
export type { MeasuredClass } from './class-metrics.ts';
export { emptyLog, freeShare, vacuum } from './compaction.ts';
export type { Donation, Withdrawal } from './donations.ts';
export type { EventFacts, EventRow } from './events.ts';
export { beginFork } from './fork.ts';
export type { SourcedGroundTruth } from './ground-truths.ts';
export type { Added, ImageFacts, ImageRow, Subset } from './images.ts';
export type { Drawing, Judgement } from './judgements.ts';
export type { AttemptCounts, AttemptFacts, FailedAttempt, Recorded } from './labeling.ts';
export { canReadWhileWriting, type ScratchLock, takeScratchLock } from './locking-check.ts';
export type { MetricPoint } from './metrics.ts';
export type { ModelFacts, ModelRow } from './models.ts';
export type { NoticeLimits, Notices, OwedNotice } from './notices.ts';
export { type OpenMode, openDatabase, requireDatabase } from './open.ts';
export type { StoredPrediction } from './predictions.ts';
export type { ImageSelection, SelectionCounts, SelectionDecision } from './pseudo-labels.ts';
export type { QuarantinedFile } from './quarantine.ts';
export { type AttemptsSeen, attemptsAfter } from './queries/attempts-after.ts';
export { type ClassTurn, reclassified } from './queries/class-turns.ts';
export { type ComparedLabelRow, comparedLabels } from './queries/compared-labels.ts';
export { dataVersion } from './queries/data-version.ts';
export {
  DRAWN_ORDERS,
  type DrawnCursor,
  type DrawnFilter,
  type DrawnLine,
  type DrawnOrder,
  drawnIds,
  listDrawn,
} from './queries/drawn-list.ts';
export { type EventPage, eventsBefore } from './queries/event-pages.ts';
export { keptLabels, type PseudoLabel, type PseudoLabeledImage } from './queries/kept-labels.ts';
export { labelKeyChunks } from './queries/label-column.ts';
export { type LabelCubeCell, labelCube, selectionReasons } from './queries/label-cube.ts';
export {
  type ChangeCounts,
  type ChangeLine,
  type CompareLabels,
  diffRounds,
  listChanges,
  type RoundDiff,
} from './queries/label-diff.ts';
export { type DrawnLabel, drawnBy, type StandingDrawing, standingDrawing } from './queries/label-drawing.ts';
export { LABEL_ORDERS, type LabelCursor, type LabelFilter, type LabelOrder, listedBy } from './queries/label-filter.ts';
export { drawnNeighbours, labelNeighbours, type Neighbours } from './queries/label-neighbours.ts';
export { countSuspects, listSuspects, type Suspect, type SuspectCounts } from './queries/label-suspects.ts';
export { type DrawableLabel, drawableLabels } from './queries/label-tiles.ts';
export { comparedTotals, type LabelTotals, labelTotals } from './queries/label-totals.ts';
export { type KeptInTurn, keptInTurn } from './queries/label-turns.ts';
export { countLabels, type LabelCount } from './queries/labels-count.ts';
export { type LabelLine, labelIds, listLabels } from './queries/labels-list.ts';
export {
  type DonationFacts,
  type LabelFacts,
  type LineageStep,
  type PastVerdict,
  type RoundChange,
  showLabel,
} from './queries/labels-show.ts';
export { type AreaCounts, type CategoryStats, type LabelStats, labelStats, SCORE_BINS } from './queries/labels-stats.ts';
export { type ImageBefore, roundBefore } from './queries/round-before.ts';
export { type RoundStatus, type RunStatus, runStatus, type Validation } from './queries/run-status.ts';
export type { Selection } from './queries/selection.ts';
export { type CurvePoint, type CurvesAsked, curvesOf, lastStep } from './queries/training-curves.ts';
export { type HumanLabeledImage, humanLabeled, trainingSet } from './queries/training-set.ts';
export { type Restored, restoreDatabase } from './restore.ts';
export { firstRoundBehind, type RunPoint, rewindRun } from './rewinding.ts';
export type { RoundDrift, RoundOutcome, RoundRow, RoundSelection } from './rounds.ts';
export type { RunDatabase } from './run-database.ts';
export { acquireRunLock, type RunLock, type RunOwner, readRunOwner } from './run-lock.ts';
export type { RunFacts } from './runs.ts';
export type { SnapshotRow } from './snapshots.ts';
export type { StageTime } from './stage-times.ts';
export type { Signature, StoredVerdict } from './stored-verdicts.ts';
