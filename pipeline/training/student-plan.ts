import { basename } from 'node:path';
import { type AugmentRecipe, copyPasteRecipe, type Jitter, LargeScaleJitter, StandardScaleJitter } from '../../augment/index.ts';
import type { ResolvedConfig } from '../../config/index.ts';
import { boxHeight, boxWidth, type onnx, type Size } from '../../core/index.ts';
import { humanLabeled, type RunDatabase } from '../../db/index.ts';
import {
  buildStudent,
  chooseStrides,
  type FreshStudent,
  readSpec,
  type Schedule,
  type StudentSpec,
  stridesOf,
  type TrainSettings,
  type WarmStartSource,
  warmStart,
} from '../../student/index.ts';
import { readWarmStartSource } from './warm-start-source.ts';

/** The student that a run trains unless a teacher says otherwise, and why it is what it is. */
export type StudentPlan =
  | { readonly kind: 'fresh'; readonly student: FreshStudent; readonly why: string }
  /** With the weights of another model, whose class rows for `keptClasses` are kept, too. */
  | {
      readonly kind: 'warm-start';
      readonly source: WarmStartSource;
      readonly student: StudentSpec;
      readonly keptClasses: readonly string[];
      readonly why: string;
    };

/** Follows `student.init` and the labeled set. Throws MODEL_* where a file is named that no student can start from. */
export async function planStudent(config: ResolvedConfig, db: RunDatabase): Promise<StudentPlan> {
  const classNames = db.categories.all().map(({ name }) => name);
  const { init } = config.student;
  return init === 'random' || init === 'teacher' ? planFresh(config, db, classNames) : planWarmStart(config, init, classNames);
}

/** The planned student before training: a pure function of the plan and the seed. */
export function buildPlanned(plan: StudentPlan, seed: number): onnx.Model {
  return plan.kind === 'fresh' ? buildStudent(plan.student, seed) : warmStart(plan.source, plan.student, seed).model;
}

/** Strides follow the configuration, or the median object of the labeled set at the size at which the network sees it. */
function planFresh({ student }: ResolvedConfig, db: RunDatabase, classNames: readonly string[]): StudentPlan {
  const { size, inputSize, prototypes } = student;
  const sidePx = medianObjectSidePx(db, inputSize);
  const strides = student.strides === 'auto' ? chooseStrides(sidePx) : stridesOf(student.strides);
  const reason =
    student.strides === 'auto' ? `the median labeled object is ${sidePx.toFixed(0)} px at ${inputSize} px input` : 'as configured';
  const why = `size ${size} from random weights, ${stridesText(strides)}: ${reason}`;
  return { kind: 'fresh', student: { classNames, inputSize, strides, prototypes, size }, why };
}

async function planWarmStart({ student }: ResolvedConfig, file: string, classNames: readonly string[]): Promise<StudentPlan> {
  const source = await readWarmStartSource(file);
  const { model, keptClasses } = warmStart(source, { classNames, inputSize: student.inputSize }, 0);
  const spec = readSpec(model);
  const why = `warm start from ${basename(file)}, ${stridesText(spec.strides)}; ${knownText(source.model, keptClasses, classNames)}`;
  return { kind: 'warm-start', source, student: spec, keptClasses, why };
}

const stridesText = ({ levels, prototype }: FreshStudent['strides']): string =>
  `strides ${levels.join(', ')} with prototypes at stride ${prototype}`;

/** What a warm start takes from its source: the rows of the classes that it knows, and the license that goes with the weights. */
export function knownText({ metadata }: onnx.Model, kept: readonly string[], classNames: readonly string[]): string {
  const names = kept.length === 0 ? '' : `: ${kept.slice(0, 8).join(', ')}${kept.length > 8 ? ` and ${kept.length - 8} more` : ''}`;
  const license = metadata.get('license');
  const rows = `it keeps the class rows of ${kept.length} of ${classNames.length} classes${names}`;
  return license === undefined ? rows : `${rows}; its license goes with it: ${license}`;
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
export function recipeOf({ augment, student, train }: ResolvedConfig, { strides }: Pick<StudentSpec, 'strides'>): AugmentRecipe {
  const preset = copyPasteRecipe({ width: student.inputSize, height: student.inputSize }, augment.preset);
  const labeled = jitterOf(augment.jitter);
  return {
    ...preset,
    prototypeStride: strides.prototype,
    pseudoShare: train.pseudoShare,
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

export function trainSettingsOf({ train }: ResolvedConfig, { classNames }: Pick<StudentSpec, 'classNames'>): TrainSettings {
  const { steps, batchSize, microBatches, warmupSteps, weightDecay, clipNorm, emaDecay } = train;
  const { unsupWeight, unsupWarmupSteps, boxWeight, dflWeight, maskWeight } = train;
  return {
    ...{ steps, batchSize, microBatches, warmupSteps, weightDecay, clipNorm, emaDecay },
    learningRate: train.learningRate === 'auto' ? learningRateFor(train.optimizer, classNames.length) : train.learningRate,
    ...{ unsupWeight, unsupWarmupSteps, boxWeight, dflWeight, maskWeight },
    optimizer: train.optimizer === 'adamw' ? { kind: 'adamw' } : { kind: 'sgd', momentum: train.momentum },
    schedule: scheduleOf(train),
    norm: train.norm === 'auto' ? normOf(batchSize / microBatches) : train.norm,
  };
}

/** As Ultralytics chooses it for trainings of up to 10,000 steps (`build_optimizer`, `lr_fit`), without rounding. */
const learningRateFor = (optimizer: ResolvedConfig['train']['optimizer'], classes: number): number =>
  optimizer === 'sgd' ? 0.01 : (0.002 * 5) / (4 + classes);

function scheduleOf({ schedule, decayAt, decayFactor }: ResolvedConfig['train']): Schedule {
  return schedule === 'cosine' ? { kind: 'cosine' } : { kind: 'step', at: decayAt, factor: decayFactor };
}

/** Statistics of fewer pictures than this say too little of the next ones. */
const FEWEST_FOR_BATCH_NORM = 4;

const normOf = (pictures: number): TrainSettings['norm'] => (pictures < FEWEST_FOR_BATCH_NORM ? 'renorm' : 'batch');
