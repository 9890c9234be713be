import type { RetriedFiles } from '../../pipeline/index.ts';
import type { ChangeExamples, Comparison } from './compare.ts';
import type { LabelHistory, NeighboursAnswer, PictureFacts, PreviewAnswer } from './image.ts';
import type { LabelCounts, LabelNames, LabelPage, LabelPlace } from './labels.ts';
import type { LineExamples, PolicyFacts, ThresholdAnswer, ThresholdPlan, ThresholdQuery } from './policy.ts';
import type { ControlRequest, EventLines, Retried, RunCurves, RunOverview, SetAside } from './run.ts';
import type { SeenPicture, TrainedRounds } from './training.ts';
import type { CategoriesAnswer, CountAnswer, DecisionAnswer, DecisionRequest, RecentAnswer, UndoAnswer, UndoRequest } from './verdicts.ts';

/** What each address answers that the page reads. */
export interface Answers {
  '/api/categories': CategoriesAnswer;
  '/api/compare': Comparison;
  '/api/compare/examples': ChangeExamples;
  [picture: `/api/images/${number}`]: PictureFacts;
  [preview: `/api/images/${number}/preview`]: PreviewAnswer;
  '/api/labels': LabelPage;
  '/api/labels/counts': LabelCounts;
  [history: `/api/labels/${string}/history`]: LabelHistory;
  '/api/labels/names': LabelNames;
  '/api/labels/neighbours': NeighboursAnswer;
  '/api/labels/place': LabelPlace;
  '/api/policy': PolicyFacts;
  '/api/policy/examples': LineExamples;
  '/api/policy/plan': ThresholdPlan;
  '/api/policy/preview': ThresholdAnswer;
  '/api/run': RunOverview;
  '/api/run/curves': RunCurves;
  '/api/run/events': EventLines;
  '/api/run/quarantine': SetAside;
  '/api/training': TrainedRounds;
  [seen: `/api/training/${number}/${number}/${number}`]: SeenPicture;
  '/api/verdicts/count': CountAnswer;
  '/api/verdicts/recent': RecentAnswer;
}

/** What each address takes that the page writes to, and what it answers. */
export interface Orders {
  '/api/control': { readonly sent: ControlRequest; readonly answer: ControlRequest };
  '/api/policy': { readonly sent: { readonly query: ThresholdQuery; readonly agreed: string }; readonly answer: ThresholdPlan };
  '/api/run/retry': { readonly sent: { readonly round: number }; readonly answer: Retried };
  '/api/run/retry-files': { readonly sent: Readonly<Record<string, never>>; readonly answer: RetriedFiles };
  '/api/verdicts': { readonly sent: DecisionRequest; readonly answer: DecisionAnswer };
  '/api/verdicts/undo': { readonly sent: UndoRequest; readonly answer: UndoAnswer };
}
