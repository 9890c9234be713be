import type { FunctionComponent } from 'preact';
import { AugmentationView } from './views/augmentation.tsx';
import { CompareView } from './views/compare.tsx';
import { ImageView } from './views/image.tsx';
import { LabelsView } from './views/labels.tsx';
import { PolicyView } from './views/policy.tsx';
import { RunView } from './views/run.tsx';

export interface View {
  /** First part of the address. */
  readonly path: string;
  readonly title: string;
  /** Whether the menu leads there; a picture is reached from what shows it. */
  readonly inMenu: boolean;
  readonly Show: FunctionComponent;
}

const RUN: View = { path: '/', title: 'Run', inMenu: true, Show: RunView };

export const VIEWS: readonly View[] = [
  RUN,
  { path: '/labels', title: 'Labels', inMenu: true, Show: LabelsView },
  { path: '/image', title: 'Picture', inMenu: false, Show: ImageView },
  { path: '/policy', title: 'Policy', inMenu: true, Show: PolicyView },
  { path: '/compare', title: 'Compare', inMenu: true, Show: CompareView },
  { path: '/augmentation', title: 'Augmentation', inMenu: true, Show: AugmentationView },
];

/** The view of an address: `/image/17` is one of a picture. */
export const viewAt = (path: string): View =>
  VIEWS.find((view) => path === view.path || (view.path !== '/' && path.startsWith(`${view.path}/`))) ?? RUN;
