import { z } from 'zod';

/** Every setting of a run: its range, default, unit and one sentence. Documentation and `selfpaste init` are generated from this. */

/** What a setting is for, and its unit where it has one. */
const about = (description: string, unit?: string) => ({ description, ...(unit === undefined ? {} : { unit }) });

const fraction = () => z.number().min(0).max(1);
const whole = (least: number) => z.int().min(least);

const labeledSet = z.strictObject({
  annotations: z.string().min(1).meta(about('COCO instance JSON with the labels.', 'file')),
  images: z.string().min(1).meta(about('Folder that the file names in it are relative to.', 'folder')),
});

const unlabeledSet = z.strictObject({
  images: z.string().min(1).meta(about('Folder of unlabeled pictures; searched with its subfolders unless a list is given.', 'folder')),
  list: z.string().min(1).nullable().default(null).meta(about('Text file naming one picture a line, relative to the folder.', 'file')),
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
    .meta(about('ONNX model that labels in round 1; without one, a teacher is trained from the labeled pictures (round 0).', 'file')),
  match: z
    .enum(['name', 'id', 'table'])
    .default('name')
    .meta(
      about(
        "How the teacher's classes become the data set's categories. name: equal names, without regard to case. id: a class's index is the category's id, for models that keep the ids of their data set (torchvision, RF-DETR). table: only what `classes` says. Other classes are dropped.",
      ),
    ),
  classes: z
    .record(z.string(), z.union([z.string(), z.int()]))
    .default({})
    .meta(about('Category of the data set, by name or id, for a class of the teacher, by name or index; goes before `match`.')),
  floor: fraction().default(0.05).meta(about('Predictions below this score are not kept at all.', 'score')),
  nmsIou: fraction().default(0.7).meta(about('Of two boxes of one class that overlap more than this, the better one is kept.', 'IoU')),
  maxDetections: whole(1).default(300).meta(about('Most predictions a picture.', 'objects')),
  testTime: z
    .strictObject({
      flip: z.boolean().default(false).meta(about('Whether the teacher also looks at the mirror image of a picture.')),
      scales: z
        .array(z.number().min(0.1).max(8))
        .min(1)
        .default([1])
        .meta(
          about('How large objects appear to it; each scale is a look of its own, those above 1 several. Keep 1 in the list.', 'factors'),
        ),
      tiling: z
        .strictObject({
          size: whole(32).default(640).meta(about("Side of a tile; best the size of the model's input.", 'px')),
          overlap: z.number().min(0).max(0.9).default(0.25).meta(about('Share of a tile that the next one sees too.', 'share')),
        })
        .nullable()
        .default(null)
        .meta(about('Tiles for pictures larger than them; null is off.')),
    })
    .prefault({}),
  providers: z
    .array(z.enum(['cpu', 'cuda', 'tensorrt', 'webgpu', 'coreml', 'dml']))
    .min(1)
    .default(['cpu'])
    .meta(about('What shall run the model, best first; where none of them works here it is the CPU, and the run says so.')),
  processes: whole(0)
    .default(0)
    .meta(about('Labeling processes; 0 chooses by a short measurement, which is remembered for the model and the machine.', 'processes')),
  threads: whole(0).default(0).meta(about('Threads of each labeling process; 0 chooses likewise.', 'threads')),
  batch: whole(0)
    .default(0)
    .meta(
      about("Pictures that share a run of the model; 0 chooses likewise. A batch that is fixed in the model's file stays.", 'pictures'),
    ),
  spinning: z
    .union([z.literal('auto'), z.boolean()])
    .default('auto')
    .meta(about('Whether threads of a labeling process that wait do so busily; auto chooses likewise. Matters with two threads or more.')),
  arena: z
    .boolean()
    .default(true)
    .meta(about('Whether a labeling process keeps the memory of its runs; without it, it is smaller and slower.')),
  memoryPattern: z
    .union([z.literal('auto'), z.boolean()])
    .default('auto')
    .meta(about("Whether the memory of a run is planned ahead; auto does where the model's input has one size.")),
  memoryLimitMb: whole(1).default(2048).meta(about('A labeling process that grows past this is replaced.', 'MB')),
});

const policy = z.strictObject({
  score: fraction()
    .default(0.5)
    .meta(
      about('A prediction of at least this score becomes a pseudo-label. The paper names no value; 0.5 is what is usually taken.', 'score'),
    ),
  scoreByCategory: z.record(z.string(), fraction()).default({}).meta(about('Other thresholds for single categories, by name.', 'score')),
  maskNmsIou: fraction()
    .default(0.6)
    .meta(about('Of two masks of one category that overlap more than this, the better one is kept.', 'IoU')),
  crossCategoryIou: fraction().default(0.8).meta(about('The same for masks of two categories: one object with two names.', 'IoU')),
  minAreaPx2: z.number().min(0).default(16).meta(about('Smaller masks are dropped.', 'px²')),
  maxPerImage: whole(1).default(300).meta(about('Most pseudo-labels a picture, best first.', 'objects')),
  weight: z.enum(['one', 'score']).default('one').meta(about('Weight of a pseudo-label in the losses: 1, or its score.')),
});

const augment = z.strictObject({
  preset: z
    .enum(['default', 'paper'])
    .default('default')
    .meta(
      about(
        "What becomes of objects that are pasted over. default: dropped by the share that stays visible, boxes always tight, small pictures anywhere. paper: the released code's rules, dropped when at most 300 px remain, a box side moves when it moved by more than 10 px, small pictures at the top left, at most 100 objects.",
      ),
    ),
  jitter: jitter
    .default('large')
    .meta(
      about(
        'Range of the scale of a human-labeled picture; 1 fits it to the input. large is 0.1 to 2, standard 0.8 to 1.25, or two numbers.',
        'factor',
      ),
    ),
  pseudoJitter: jitter.nullable().default(null).meta(about('The same for a pseudo-labeled picture; null takes `jitter`.', 'factor')),
  donorJitter: jitter.default('large').meta(about('The same for the picture whose objects are pasted.', 'factor')),
  flip: fraction().default(0.5).meta(about('Probability of a left-right flip, for each picture.', 'probability')),
  verticalFlip: fraction().default(0).meta(about('Probability of a top-bottom flip, for pictures without an up and down.', 'probability')),
  copyPaste: fraction().default(1).meta(about('Probability that human-labeled objects are pasted onto a training picture.', 'probability')),
  donors: z
    .enum(['uniform', 'balanced'])
    .default('uniform')
    .meta(
      about(
        'Which pictures objects come from: any with objects, or a class first, so that each class is as likely as any other to be among what is pasted.',
      ),
    ),
  maxDonorObjects: whole(1).nullable().default(null).meta(about('Most objects pasted onto one picture; null for no limit.', 'objects')),
  repeatThreshold: fraction()
    .nullable()
    .default(null)
    .meta(
      about(
        'Repeat-factor sampling: pictures with a class that fewer pictures than this have are shown more often; 0.001 for LVIS, null is off.',
        'share of pictures',
      ),
    ),
  minVisibleFraction: fraction()
    .default(0.1)
    .meta(about('An object of which less is still visible after pasting is dropped (preset default).', 'share of its area')),
  minVisiblePx: whole(1).default(4).meta(about('An object with fewer visible pixels is dropped (preset default).', 'px')),
  wholePictureOcclusion: z
    .boolean()
    .default(false)
    .meta(
      about(
        'A quirk of the released code (preset paper): one clearly occluded object makes every small object of its picture go, touched or not.',
      ),
    ),
  blendSigma: z
    .number()
    .min(0)
    .max(20)
    .default(0)
    .meta(about('Gaussian smoothing of the pasted edge; 0 is off, which scores the same in the paper.', 'px')),
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

const student = z.strictObject({
  size: z.enum(['n', 's', 'm']).default('n').meta(about('Width and depth of the network.')),
  inputSize: whole(32).default(320).meta(about('Side of the square input; pictures are fitted to it.', 'px')),
  strides: z
    .union([z.literal('auto'), levels])
    .default('auto')
    .meta(
      about(
        "Strides of the head's levels, doubling from 4 or 8, as [4, 8, 16]; mask prototypes lie at half the finest; auto chooses by the median labeled object.",
        'px',
      ),
    ),
  prototypes: whole(1).default(32).meta(about('Mask prototypes.', 'prototypes')),
  init: z
    .enum(['random', 'teacher'])
    .default('random')
    .meta(about('Weights that a student starts from: random ones, or those of the teacher where that is a student of the same shape.')),
});

const train = z.strictObject({
  steps: whole(1).default(2000).meta(about('Optimizer updates a round.', 'steps')),
  batchSize: whole(1).default(4).meta(about('Pictures a step; half are pseudo-labeled from round 1 on.', 'pictures')),
  learningRate: z.number().positive().default(0.002).meta(about('Peak learning rate of AdamW.')),
  warmupSteps: whole(0).default(100).meta(about('Steps of linear warm-up; a cosine down to a hundredth follows.', 'steps')),
  weightDecay: z.number().min(0).default(0.001).meta(about('Decoupled weight decay; not on biases and norms.')),
  clipNorm: z.number().positive().default(10).meta(about('Largest norm of a gradient.')),
  emaDecay: fraction()
    .default(0.995)
    .meta(about('Share of the averaged weights kept at each step; the average is what is evaluated and exported.', 'share')),
  unsupWeight: z
    .number()
    .min(0)
    .default(1)
    .meta(about("Weight of what a teacher said, and of its pictures' background, beside human labels.")),
  boxWeight: z.number().min(0).default(2).meta(about('Weight of the box loss.')),
  maskWeight: z.number().min(0).default(2).meta(about('Weight of the mask loss.')),
  backend: z
    .enum(['auto', 'native', 'wasm'])
    .default('auto')
    .meta(about('What trains: native TensorFlow where it loads, else WebAssembly; or one of them.')),
  threads: whole(0).default(0).meta(about('Threads of TensorFlow; 0 takes all cores. Another number gives other last bits.', 'threads')),
  workers: whole(1).default(1).meta(about('Threads that draw training pictures.', 'threads')),
  checkpointSteps: whole(1)
    .default(100)
    .meta(about('A checkpoint is written every so many steps; what an interruption can cost.', 'steps')),
});

const promote = z.strictObject({
  metric: z
    .enum(['maskAp', 'maskAp50', 'boxAp'])
    .default('maskAp')
    .meta(about('Number on the validation set by which a student is compared with its teacher.')),
  margin: z.number().default(0).meta(about('A student is promoted when it is better by more than this.', 'AP')),
});

export const runConfigSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[\w][\w.-]*$/, 'letters, digits, dot, dash and underscore')
    .default('run')
    .meta(about('Name of the run; its folder is runs/<name>.')),
  runs: z.string().min(1).default('runs').meta(about('Folder that holds the runs.', 'folder')),
  seed: whole(0).max(0xffffffff).default(0).meta(about('Seed of every random choice.')),
  rounds: whole(0).default(1).meta(about('Self-training rounds after round 0.', 'rounds')),
  data: z.strictObject({
    labeled: labeledSet.meta(about('Human-labeled pictures to train on.')),
    validation: labeledSet.meta(about('Human-labeled pictures to measure on; never trained on.')),
    unlabeled: unlabeledSet.nullable().default(null).meta(about('Pictures for the teacher to label; none stops after round 0.')),
    maxPixels: whole(1)
      .max(2 ** 31 - 1)
      .default(100_000_000)
      .meta(about('Pictures with more are left out by their header, before anything of them is decoded.', 'px')),
    allowOutside: z
      .boolean()
      .default(false)
      .meta(about('Whether file names and symbolic links may lead out of the folders of pictures (`..`, absolute paths).')),
  }),
  teacher: teacher.prefault({}),
  policy: policy.prefault({}),
  augment: augment.prefault({}),
  student: student.prefault({}),
  train: train.prefault({}),
  promote: promote.prefault({}),
});

/** The configuration as a person writes it. */
export type RunConfigInput = z.input<typeof runConfigSchema>;
/** The configuration with its defaults. */
export type RunConfig = z.output<typeof runConfigSchema>;
