import { z } from 'zod';

/**
 * Every setting of a run: its range, default, unit, one sentence, and who reads it. Documentation, `selfpaste init` and what another value
 * means to a run that has begun are made from this.
 */

/** The stages of a round, and the decision after it, in their order. */
export const READERS = ['import', 'adopt', 'label', 'select', 'train', 'evaluate', 'promote', 'decide'] as const;
/** A stage whose result depends on a setting. What only decides how fast, how careful or how patient a run is has no reader. */
export type Reader = (typeof READERS)[number];

/** Who reads a setting itself, not by what another stage made of it; what it is for, and its unit where it has one. */
const about = (readBy: readonly Reader[], description: string, unit?: string) => ({
  description,
  readBy,
  ...(unit === undefined ? {} : { unit }),
});

/** Decides what a model finds, also where it is measured. */
const WHAT_IS_FOUND: readonly Reader[] = ['label', 'train', 'evaluate'];

const fraction = () => z.number().min(0).max(1);
const whole = (least: number) => z.int().min(least);

const labeledSet = z.strictObject({
  annotations: z
    .string()
    .min(1)
    .meta(about(['import'], 'COCO instance JSON with the labels.', 'file')),
  images: z
    .string()
    .min(1)
    .meta(about(['import'], 'Folder that the file names in it are relative to.', 'folder')),
});

const unlabeledSet = z.strictObject({
  images: z
    .string()
    .min(1)
    .meta(about(['import'], 'Folder of unlabeled pictures; searched with its subfolders unless a list is given.', 'folder')),
  list: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .meta(about(['import'], 'Text file naming one picture a line, relative to the folder.', 'file')),
});

/** A range of scale factors; `large` and `standard` are the paper's 0.1 to 2 and 0.8 to 1.25. */
const jitter = z.union([
  z.enum(['large', 'standard']),
  z
    .tuple([z.number().positive().max(10), z.number().positive().max(10)])
    .refine(([from, to]) => from <= to, { message: 'the first number may not be above the second' }),
]);

const teacher = z.strictObject({
  model: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .meta(
      about(['adopt'], 'ONNX model that labels in round 1; without one, a teacher is trained from the labeled pictures (round 0).', 'file'),
    ),
  match: z
    .enum(['name', 'id', 'table'])
    .default('name')
    .meta(
      about(
        ['adopt', 'label', 'evaluate'],
        "How the teacher's classes become the data set's categories. name: equal names, without regard to case. id: a class's index is the category's id, for models that keep the ids of their data set (torchvision, RF-DETR). table: only what `classes` says. Other classes are dropped.",
      ),
    ),
  classes: z
    .record(z.string(), z.union([z.string(), z.int()]))
    .default({})
    .meta(
      about(
        ['adopt', 'label', 'evaluate'],
        'Category of the data set, by name or id, for a class of the teacher, by name or index; goes before `match`.',
      ),
    ),
  floor: fraction()
    .default(0.05)
    .meta(about(WHAT_IS_FOUND, 'Predictions below this score are not kept at all.', 'score')),
  nmsIou: fraction()
    .default(0.7)
    .meta(about(WHAT_IS_FOUND, 'Of two boxes of one class that overlap more than this, the better one is kept.', 'IoU')),
  maxDetections: whole(1)
    .default(300)
    .meta(about(WHAT_IS_FOUND, 'Most predictions a picture.', 'objects')),
  testTime: z
    .strictObject({
      flip: z
        .boolean()
        .default(false)
        .meta(about(['label', 'evaluate'], 'Whether the teacher also looks at the mirror image of a picture.')),
      scales: z
        .array(z.number().min(0.1).max(8))
        .min(1)
        .default([1])
        .meta(
          about(
            ['label', 'evaluate'],
            'How large objects appear to it; each scale is a look of its own, those above 1 several. Keep 1 in the list.',
            'factors',
          ),
        ),
      tiling: z
        .strictObject({
          size: whole(32)
            .default(640)
            .meta(about(['label', 'evaluate'], "Side of a tile; best the size of the model's input.", 'px')),
          overlap: z
            .number()
            .min(0)
            .max(0.9)
            .default(0.25)
            .meta(about(['label', 'evaluate'], 'Share of a tile that the next one sees too.', 'share')),
        })
        .nullable()
        .default(null)
        .meta(about(['label', 'evaluate'], 'Tiles for pictures larger than them; null is off.')),
    })
    .prefault({}),
  providers: z
    .array(z.enum(['cpu', 'cuda', 'tensorrt', 'webgpu', 'coreml', 'dml']))
    .min(1)
    .default(['cpu'])
    .meta(about(WHAT_IS_FOUND, 'What shall run the model, best first; where none of them works here it is the CPU, and the run says so.')),
  processes: whole(0)
    .default(0)
    .meta(
      about([], 'Labeling processes; 0 chooses by a short measurement, which is remembered for the model and the machine.', 'processes'),
    ),
  threads: whole(0)
    .default(0)
    .meta(about([], 'Threads of each labeling process; 0 chooses likewise.', 'threads')),
  batch: whole(0)
    .default(0)
    .meta(
      about([], "Pictures that share a run of the model; 0 chooses likewise. A batch that is fixed in the model's file stays.", 'pictures'),
    ),
  spinning: z
    .union([z.literal('auto'), z.boolean()])
    .default('auto')
    .meta(
      about([], 'Whether threads of a labeling process that wait do so busily; auto chooses likewise. Matters with two threads or more.'),
    ),
  arena: z
    .boolean()
    .default(true)
    .meta(about([], 'Whether a labeling process keeps the memory of its runs; without it, it is smaller and slower.')),
  memoryPattern: z
    .union([z.literal('auto'), z.boolean()])
    .default('auto')
    .meta(about([], "Whether the memory of a run is planned ahead; auto does where the model's input has one size.")),
  memoryLimitMb: whole(1)
    .default(2048)
    .meta(about([], 'A labeling process that grows past this is replaced.', 'MB')),
});

/** Overlaps of masks are known from here on (`OVERLAP_FLOOR`). */
const overlap = () => z.number().min(0.1).max(1);

const policy = z.strictObject({
  rule: z
    .enum(['fixed', 'top-share', 'target-precision'])
    .default('fixed')
    .meta(
      about(
        ['select'],
        'Where thresholds come from. fixed: as written here. top-share: of each category so many labels a picture as `density` says. target-precision: the lowest threshold of each category with `precision` on the validation pictures. The last two take the place of `score` and `scoreByCategory`.',
      ),
    ),
  density: z
    .number()
    .positive()
    .max(100)
    .default(1)
    .meta(
      about(['select'], 'Pseudo-labels of a category a picture, as a multiple of the human labels a picture (rule top-share).', 'factor'),
    ),
  precision: fraction()
    .default(0.9)
    .meta(
      about(
        ['select'],
        'Share of pseudo-labels that are to be right: an object of their category at mask IoU 0.5 (rule target-precision).',
        'share',
      ),
    ),
  confidence: z
    .enum(['score', 'score-mask'])
    .default('score')
    .meta(
      about(
        ['select'],
        "What thresholds compare and what ranks predictions: the score, or the score times the mean probability of the mask's pixels.",
      ),
    ),
  score: fraction()
    .default(0.5)
    .meta(
      about(
        ['select'],
        'A prediction of at least this score becomes a pseudo-label. The paper names no value; 0.5 is what is usually taken.',
        'score',
      ),
    ),
  scoreByCategory: z
    .record(z.string(), fraction())
    .default({})
    .meta(about(['select'], 'Other thresholds for single categories, by name.', 'score')),
  ignoreScore: fraction()
    .nullable()
    .default(0.3)
    .meta(
      about(
        ['select'],
        'From this score on, a prediction that does not become a pseudo-label is neither object nor background: the student learns nothing from what it covers. Where a threshold is not above it, nothing is ignored; null is off.',
        'score',
      ),
    ),
  minMaskStability: fraction()
    .nullable()
    .default(null)
    .meta(
      about(
        ['select'],
        'Masks that are less stable than this (IoU of the mask at a lower and at a higher threshold of its pixels) are dropped, and are neither object nor background; masks of models that give no probabilities pass. Null is off.',
        'IoU',
      ),
    ),
  minFlipAgreement: fraction()
    .nullable()
    .default(null)
    .meta(
      about(
        ['select'],
        'The same for masks that agree less than this with what the teacher sees in the mirror image; needs `teacher.testTime.flip`. Null is off.',
        'IoU',
      ),
    ),
  maskNmsIou: overlap()
    .default(0.6)
    .meta(about(['select'], 'Of two masks of one category that overlap more than this, the better one is kept.', 'IoU')),
  crossCategoryIou: overlap()
    .default(0.8)
    .meta(about(['select'], 'The same for masks of two categories: one object with two names.', 'IoU')),
  minAreaPx2: z
    .number()
    .min(0)
    .default(16)
    .meta(about(['select'], 'Smaller masks are dropped.', 'px²')),
  maxPerImage: whole(1)
    .default(300)
    .meta(about(['select'], 'Most pseudo-labels a picture, best first.', 'objects')),
  weight: z
    .enum(['score', 'one'])
    .default('score')
    .meta(about(['select'], 'Weight of a pseudo-label in the losses: its score, or 1.')),
});

const brake = z.strictObject({
  classShare: fraction()
    .nullable()
    .default(0.5)
    .meta(
      about(
        [],
        'A round stops before its training where more of its pseudo-labels than this are of other classes than the labels of the round before (in round 1: than the human ones), by the total variation of their class shares; null is off.',
        'share of labels',
      ),
    ),
  density: z
    .number()
    .min(1)
    .nullable()
    .default(5)
    .meta(about([], 'The same where the labels a picture are more times as many, or as few, as before; null is off.', 'factor')),
  agreement: fraction()
    .nullable()
    .default(0.3)
    .meta(
      about(
        [],
        'The same where fewer of the labels of the round before are still labels of their class; null is off. Not asked in round 1.',
        'share of labels',
      ),
    ),
});

const augment = z.strictObject({
  preset: z
    .enum(['default', 'paper'])
    .default('default')
    .meta(
      about(
        ['train'],
        "What becomes of objects that are pasted over. default: dropped by the share that stays visible, boxes always tight, small pictures anywhere. paper: the released code's rules, dropped when at most 300 px remain, a box side moves when it moved by more than 10 px, small pictures at the top left, at most 100 objects.",
      ),
    ),
  jitter: jitter
    .default('large')
    .meta(
      about(
        ['train'],
        'Range of the scale of a human-labeled picture; 1 fits it to the input. large is 0.1 to 2, standard 0.8 to 1.25, or two numbers.',
        'factor',
      ),
    ),
  pseudoJitter: jitter
    .nullable()
    .default(null)
    .meta(about(['train'], 'The same for a pseudo-labeled picture; null takes `jitter`.', 'factor')),
  donorJitter: jitter.default('large').meta(about(['train'], 'The same for the picture whose objects are pasted.', 'factor')),
  flip: fraction()
    .default(0.5)
    .meta(about(['train'], 'Probability of a left-right flip, for each picture.', 'probability')),
  verticalFlip: fraction()
    .default(0)
    .meta(about(['train'], 'Probability of a top-bottom flip, for pictures without an up and down.', 'probability')),
  copyPaste: fraction()
    .default(1)
    .meta(about(['train'], 'Probability that human-labeled objects are pasted onto a training picture.', 'probability')),
  donors: z
    .enum(['uniform', 'balanced'])
    .default('uniform')
    .meta(
      about(
        ['train'],
        'Which pictures objects come from: any with objects, or a class first, so that each class is as likely as any other to be among what is pasted.',
      ),
    ),
  maxDonorObjects: whole(1)
    .nullable()
    .default(null)
    .meta(about(['train'], 'Most objects pasted onto one picture; null for no limit.', 'objects')),
  repeatThreshold: fraction()
    .nullable()
    .default(null)
    .meta(
      about(
        ['train'],
        'Repeat-factor sampling: pictures with a class that fewer pictures than this have are shown more often; 0.001 for LVIS, null is off.',
        'share of pictures',
      ),
    ),
  minVisibleFraction: fraction()
    .default(0.1)
    .meta(about(['train'], 'An object of which less is still visible after pasting is dropped (preset default).', 'share of its area')),
  minVisiblePx: whole(1)
    .default(4)
    .meta(about(['train'], 'An object with fewer visible pixels is dropped (preset default).', 'px')),
  wholePictureOcclusion: z
    .boolean()
    .default(false)
    .meta(
      about(
        ['train'],
        'A quirk of the released code (preset paper): one clearly occluded object makes every small object of its picture go, touched or not.',
      ),
    ),
  blendSigma: z
    .number()
    .min(0)
    .max(20)
    .default(0)
    .meta(about(['train'], 'Gaussian smoothing of the pasted edge; 0 is off, which scores the same in the paper.', 'px')),
});

/** Strides of the head's levels, finest first; each twice the one before. Prototypes lie at half the finest. */
const levels = z
  .array(z.union([z.literal(4), z.literal(8), z.literal(16), z.literal(32)]))
  .min(2)
  .refine(
    (strides) => (strides[0] === 4 || strides[0] === 8) && strides.every((stride, at) => at === 0 || stride === 2 * (strides[at - 1] ?? 0)),
    {
      message: 'strides that double from 4 or 8, as [4, 8, 16]',
    },
  );

const INIT_WORDS = '"random", "teacher" or a file that ends in .onnx';

const student = z.strictObject({
  size: z
    .enum(['n', 's', 'm'])
    .default('n')
    .meta(about(['train'], 'Width and depth of the network.')),
  inputSize: whole(32)
    .default(320)
    .meta(about(['train'], 'Side of the square input; pictures are fitted to it.', 'px')),
  strides: z
    .union([z.literal('auto'), levels])
    .default('auto')
    .meta(
      about(
        ['train'],
        "Strides of the head's levels, doubling from 4 or 8, as [4, 8, 16]; mask prototypes lie at half the finest; auto chooses by the median labeled object.",
        'px',
      ),
    ),
  prototypes: whole(1)
    .default(32)
    .meta(about(['train'], 'Mask prototypes.', 'prototypes')),
  init: z
    .union([z.enum(['random', 'teacher']), z.string().regex(/\.onnx$/, INIT_WORDS)], { error: INIT_WORDS })
    .default('random')
    .meta(
      about(
        ['train'],
        "What a student starts from: random weights, the teacher's where that is a student or a YOLO-seg model, or an ONNX file of either kind, whose strides and prototypes then apply; class rows that both know are kept.",
      ),
    ),
});

/** Shares of a round's steps, ascending. */
const shares = z
  .array(z.number().positive().max(1))
  .min(1)
  .refine((list) => list.every((share, at) => at === 0 || share > (list[at - 1] ?? 0)), { message: 'shares that rise, as [0.9, 0.95]' });

const train = z
  .strictObject({
    steps: whole(1)
      .default(2000)
      .meta(about(['train'], 'Optimizer updates a round.', 'steps')),
    batchSize: whole(1)
      .default(4)
      .meta(about(['train'], 'Pictures a step.', 'pictures')),
    pseudoShare: fraction()
      .default(0.5)
      .meta(
        about(
          ['train'],
          "Share of the training pictures that are pseudo-labeled from round 1 on; half in the paper. Their losses weigh as `unsupWeight` says, whatever the share. Less pays in short trainings, whose labels are no better than the student's own.",
          'share',
        ),
      ),
    microBatches: whole(1)
      .default(1)
      .meta(
        about(
          ['train'],
          'Equal parts of a batch that go through the network one after the other, their gradients averaged: less memory. Batch norms and losses are normalised within each part. Divides `batchSize`.',
          'parts',
        ),
      ),
    optimizer: z
      .enum(['adamw', 'sgd'])
      .default('adamw')
      .meta(about(['train'], 'Rule of the updates: AdamW, or gradient descent with momentum, which wants a higher learning rate.')),
    momentum: z
      .number()
      .min(0)
      .max(0.999)
      .default(0.9)
      .meta(about(['train'], 'Share of the last update kept by sgd; adamw knows none.', 'share')),
    learningRate: z
      .union([z.literal('auto'), z.number().positive()])
      .default('auto')
      .meta(
        about(
          ['train'],
          'Peak learning rate; auto: for adamw 0.01 / (4 + classes), so that many classes do not cost a pretrained student what it knows; for sgd 0.01.',
        ),
      ),
    warmupSteps: whole(0)
      .default(100)
      .meta(about(['train'], 'Steps over which the learning rate rises linearly.', 'steps')),
    schedule: z
      .enum(['cosine', 'step'])
      .default('cosine')
      .meta(
        about(['train'], 'How the learning rate goes down after its warm-up: a cosine to a hundredth, or a step at each of `decayAt`.'),
      ),
    decayAt: shares
      .default([0.9, 0.95, 0.975])
      .meta(about(['train'], "Where the learning rate of schedule step goes down; the default is the paper's.", 'shares of the steps')),
    decayFactor: z
      .number()
      .positive()
      .max(1)
      .default(0.1)
      .meta(about(['train'], "What it is multiplied with there; the default is the paper's.", 'factor')),
    weightDecay: z
      .number()
      .min(0)
      .default(0.001)
      .meta(about(['train'], 'Weight decay; not on biases and norms.')),
    clipNorm: z
      .number()
      .positive()
      .default(10)
      .meta(about(['train'], 'Largest norm of a gradient.')),
    emaDecay: fraction()
      .default(0.995)
      .meta(about(['train'], 'Share of the averaged weights kept at each step; the average is what is evaluated and exported.', 'share')),
    unsupWeight: z
      .number()
      .min(0)
      .default(1)
      .meta(about(['train'], "Weight of what a teacher said, and of its pictures' background, beside human labels.")),
    unsupWarmupSteps: whole(0)
      .default(100)
      .meta(
        about(
          ['train'],
          'Steps over which that weight rises from 0. A teacher that is trained to its end needs few; 0 for a student that goes on from it.',
          'steps',
        ),
      ),
    boxWeight: z
      .number()
      .min(0)
      .default(2)
      .meta(about(['train'], 'Weight of the box loss (CIoU).')),
    dflWeight: z
      .number()
      .min(0)
      .default(0.5)
      .meta(about(['train'], "Weight of the loss of the box sides' distributions (DFL).")),
    maskWeight: z
      .number()
      .min(0)
      .default(2)
      .meta(about(['train'], 'Weight of the mask loss.')),
    norm: z
      .enum(['auto', 'batch', 'renorm'])
      .default('auto')
      .meta(
        about(
          ['train'],
          'Batch normalization by the statistics of the batch, or corrected to the running ones (batch renormalization), which few pictures need; auto takes renorm below 4 pictures a part.',
        ),
      ),
    backend: z
      .enum(['auto', 'native', 'wasm'])
      .default('auto')
      .meta(about(['train'], 'What trains: native TensorFlow where it loads, else WebAssembly; or one of them.')),
    threads: whole(0)
      .default(0)
      .meta(about(['train'], 'Threads of TensorFlow; 0 takes all cores. Another number gives other last bits.', 'threads')),
    deterministic: z
      .boolean()
      .default(false)
      .meta(
        about(
          ['train'],
          'Whether to train under settings with which the backend gives the same bytes at any load of the machine; costs speed.',
        ),
      ),
    workers: whole(1)
      .default(1)
      .meta(about([], 'Threads that draw training pictures.', 'threads')),
    memoryLimitMb: whole(1)
      .nullable()
      .default(null)
      .meta(about([], 'A training process that grows past this is replaced, from a checkpoint; null is off.', 'MB')),
    checkpointSteps: whole(1)
      .default(100)
      .meta(about([], 'A checkpoint is written every so many steps; what an interruption can cost.', 'steps')),
    validateSteps: whole(0)
      .default(500)
      .meta(
        about(
          ['train'],
          "The averaged student is measured on the validation set every so many steps; the best one is the round's. 0 measures at the end only.",
          'steps',
        ),
      ),
    patience: whole(1)
      .nullable()
      .default(null)
      .meta(
        about(
          ['train'],
          'A round ends its training after so many validations in a row without a better `promote.metric`; null never does.',
          'validations',
        ),
      ),
  })
  .refine(({ batchSize, microBatches }) => batchSize % microBatches === 0, {
    path: ['microBatches'],
    message: 'a divisor of train.batchSize',
  });

const retry = z.strictObject({
  waits: z
    .array(z.number().min(0).max(86_400))
    .max(20)
    .default([30, 120, 600])
    .meta(
      about(
        [],
        'How long a run waits before it tries a stage again that failed for a reason that may pass, as a process that died or hung; one wait a try, and a stage that succeeds begins with the first again. An empty list never tries again.',
        's',
      ),
    ),
});

const disk = z.strictObject({
  budgetMb: whole(1)
    .nullable()
    .default(null)
    .meta(
      about(
        [],
        "Room that the run's folder may take. Above it, what the run does not need to go on is removed as by `selfpaste gc`; where that is not enough the run stops (exit code 4). Null is off.",
        'MB',
      ),
    ),
  minFreeMb: whole(0)
    .default(500)
    .meta(about([], 'A stage does not begin with less than this free on the disk: the run stops while it still can write.', 'MB')),
});

const promote = z.strictObject({
  metric: z
    .enum(['maskAp', 'maskAp50', 'boxAp'])
    .default('maskAp')
    .meta(
      about(
        ['train', 'evaluate', 'promote'],
        'Number on the validation set by which a student is compared with its teacher, and with itself at other steps.',
      ),
    ),
  margin: z
    .number()
    .default(0)
    .meta(about(['promote'], 'A student is promoted when it is better by more than this.', 'AP')),
});

const RUN_NAME = /^[\w][\w.-]*$/;
/** Whether a run can be called so. */
export const isRunName = (text: string): boolean => RUN_NAME.test(text);

export const runConfigSchema = z.strictObject({
  name: z
    .string()
    .regex(RUN_NAME, 'letters, digits, dot, dash and underscore')
    .default('run')
    .meta(about([], 'Name of the run; its folder is runs/<name>.')),
  runs: z
    .string()
    .min(1)
    .default('runs')
    .meta(about([], 'Folder that holds the runs.', 'folder')),
  seed: whole(0)
    .max(0xffffffff)
    .default(0)
    .meta(about(['train'], 'Seed of every random choice.')),
  rounds: whole(0)
    .default(1)
    .meta(about(['decide'], 'Self-training rounds after round 0.', 'rounds')),
  data: z.strictObject({
    labeled: labeledSet.meta(about(['import'], 'Human-labeled pictures to train on.')),
    validation: labeledSet.meta(about(['import'], 'Human-labeled pictures to measure on; never trained on.')),
    unlabeled: unlabeledSet
      .nullable()
      .default(null)
      .meta(about(['import'], 'Pictures for the teacher to label; none stops after round 0.')),
    maxPixels: whole(1)
      .max(2 ** 31 - 1)
      .default(100_000_000)
      .meta(about(['import'], 'Pictures with more are left out by their header, before anything of them is decoded.', 'px')),
    allowOutside: z
      .boolean()
      .default(false)
      .meta(about(['import'], 'Whether file names and symbolic links may lead out of the folders of pictures (`..`, absolute paths).')),
  }),
  teacher: teacher.prefault({}),
  policy: policy.prefault({}),
  brake: brake.prefault({}),
  augment: augment.prefault({}),
  student: student.prefault({}),
  train: train.prefault({}),
  promote: promote.prefault({}),
  retry: retry.prefault({}),
  disk: disk.prefault({}),
});

/** The configuration as a person writes it. */
export type RunConfigInput = z.input<typeof runConfigSchema>;
/** The configuration with its defaults. */
export type RunConfig = z.output<typeof runConfigSchema>;
