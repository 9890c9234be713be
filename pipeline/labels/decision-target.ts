import { expectation, type ImageId, imageId, SelfpasteError } from '../../core/index.ts';
import { type LabelRef, namedLabel } from './label-name.ts';

/** What a decision is about: a label, or all that models say of a picture. */
export type Target = LabelRef | { readonly of: 'image'; readonly image: ImageId };

export type TargetKind = Target['of'];
export type TargetOf<Kind extends TargetKind> = Extract<Target, { readonly of: Kind }>;

const NAMES: Readonly<Record<TargetKind, string>> = {
  prediction: '12 or p12 for a prediction',
  drawn: 'd3 for a label that a person drew',
  image: 'i45 for a whole picture',
};

/** The target of a name of one of some kinds. @throws SelfpasteError USAGE_NO_LABEL_NAME */
export function targetNamed<Kind extends TargetKind>(name: string, kinds: readonly Kind[]): TargetOf<Kind> {
  const digits = /^i(\d{1,15})$/.exec(name)?.[1];
  const target: Target | undefined = digits === undefined ? namedLabel(name) : { of: 'image', image: imageId(Number(digits)) };
  if (target !== undefined && isOneOf(target, kinds)) return target;
  throw new SelfpasteError(
    'USAGE_NO_LABEL_NAME',
    expectation('ID', kinds.map((kind) => NAMES[kind]).join(', '), name),
    'list labels with their ids with `selfpaste labels list`; name the run with --run RUN',
  );
}

export const isOneOf = <Kind extends TargetKind>(target: Target, kinds: readonly Kind[]): target is TargetOf<Kind> =>
  kinds.some((kind) => kind === target.of);
