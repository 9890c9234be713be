import { type AugmentRecipe, copyPasteRecipe, type Jitter, LargeScaleJitter, StandardScaleJitter } from '../augment/index.ts';
import type { ResolvedConfig } from '../config/index.ts';
import { boxHeight, boxWidth, type Size } from '../core/index.ts';
import { humanLabeled, type RunDatabase } from '../db/index.ts';
import { chooseStrides, type StudentSpec, stridesOf, type TrainSettings } from '../student/index.ts';

/** The student that a run trains, and why its strides are what they are. */
export interface StudentPlan {
  readonly spec: StudentSpec;
  readonly why: string;
}

/** Strides follow the configuration, or the median object of the labeled set at the size at which the network sees it. */
export function planStudent({ student }: ResolvedConfig, db: RunDatabase): StudentPlan {
  const { size, inputSize, prototypes } = student;
  const classNames = db.categories.all().map(({ name }) => name);
  const sidePx = medianObjectSidePx(db, inputSize);
  const strides = student.strides === 'auto' ? chooseStrides(sidePx) : stridesOf(student.strides);
  const chosen = `strides ${strides.levels.join(', ')} with prototypes at stride ${strides.prototype}`;
  const why =
    student.strides === 'auto'
      ? `${chosen}: the median labeled object is ${sidePx.toFixed(0)} px at ${inputSize} px input`
      : `${chosen}, as configured`;
  return { spec: { classNames, inputSize, strides, prototypes, size }, why };
}

/** Median over objects of the geometric mean of a box's sides, in pixels of the network's input. */
function medianObjectSidePx(db: RunDatabase, inputSize: number): number {
  const sides: number[] = [];
  for (const { image, truths } of humanLabeled(db, 'labeled')) {
    const scale = inputSize / longestSide(image.size);
    for (const { box, crowd } of truths) if (!crowd) sides.push(scale * Math.sqrt(boxWidth(box) * boxHeight(box)));
  }
  sides.sort((a, b) => a - b);
  return sides[Math.floor(sides.length / 2)] ?? 0;
}

const longestSide = ({ width, height }: Size): number => Math.max(width, height);

/** How the run's training pictures are made. Settings that belong to the other preset say nothing. */
export function recipeOf({ augment, student }: ResolvedConfig, spec: StudentSpec): AugmentRecipe {
  const preset = copyPasteRecipe({ width: student.inputSize, height: student.inputSize }, augment.preset);
  const labeled = jitterOf(augment.jitter);
  return {
    ...preset,
    prototypeStride: spec.strides.prototype,
    jitter: { labeled, pseudo: augment.pseudoJitter ? jitterOf(augment.pseudoJitter) : labeled, donor: jitterOf(augment.donorJitter) },
    flip: augment.flip,
    verticalFlip: augment.verticalFlip,
    copyPaste: { probability: augment.copyPaste, maxDonorObjects: augment.maxDonorObjects, donors: augment.donors },
    repeatThreshold: augment.repeatThreshold,
    occlusion:
      preset.occlusion.kind === 'paper'
        ? { ...preset.occlusion, wholePicture: augment.wholePictureOcclusion }
        : { ...preset.occlusion, minVisibleFraction: augment.minVisibleFraction },
    minVisiblePx: augment.preset === 'paper' ? preset.minVisiblePx : augment.minVisiblePx,
    blendSigma: augment.blendSigma,
  };
}

function jitterOf(setting: ResolvedConfig['augment']['jitter']): Jitter {
  if (setting === 'large') return LargeScaleJitter;
  if (setting === 'standard') return StandardScaleJitter;
  const [from, to] = setting;
  return { from, to };
}

export function trainSettingsOf({ train }: ResolvedConfig): TrainSettings {
  const { steps, batchSize, warmupSteps, learningRate, weightDecay, clipNorm, emaDecay, unsupWeight, boxWeight, maskWeight } = train;
  return { steps, batchSize, warmupSteps, learningRate, weightDecay, clipNorm, emaDecay, unsupWeight, boxWeight, maskWeight };
}
