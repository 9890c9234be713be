import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { type ErrorFacts, errorFacts, errorFromFacts, SelfpasteError } from '../../core/index.ts';
import { openDatabase } from '../../db/index.ts';
import { runFolder, trainingPicturesOfRun } from '../../pipeline/index.ts';
import { type DrawnPicture, drawPicture, type OpenPictures, type RoundRecipe, roundRecipe } from './training-facts.ts';

interface ThreadSetup {
  readonly task: 'training-pictures';
  readonly folder: string;
  readonly round: number;
}

/** A picture of a step and a slot, or, without them, what there is to ask for. */
interface ThreadRequest {
  readonly id: number;
  readonly sample: { readonly step: number; readonly slot: number } | null;
}

/** An error that crosses threads loses its class: it travels as facts. */
type ThreadReply =
  | { readonly id: number; readonly kind: 'recipe'; readonly recipe: RoundRecipe }
  | { readonly id: number; readonly kind: 'drawn'; readonly drawn: DrawnPicture }
  | { readonly id: number; readonly kind: 'failed'; readonly facts: ErrorFacts };

interface Waiting {
  readonly take: (reply: ThreadReply) => void;
  readonly fail: (error: unknown) => void;
}

/**
 * Draws the training pictures of one round beside the server: their set is read once, and neither that nor the drawing keeps anybody
 * waiting who asks for something else.
 */
export class TrainingThread {
  /** What the round trains on and how. Fails as `trainingPicturesOfRun`. */
  readonly recipe: Promise<RoundRecipe>;
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  readonly #ended: Promise<void>;
  #asked = 0;
  #retired = false;

  constructor(folder: string, round: number) {
    const setup: ThreadSetup = { task: 'training-pictures', folder, round };
    this.#worker = new Worker(new URL(import.meta.url), { workerData: setup });
    this.#worker.on('message', (reply: ThreadReply) => this.#receive(reply));
    this.#worker.on('error', (error) => this.#fail(threadDied(error)));
    this.#ended = new Promise((resolve) => {
      this.#worker.on('exit', (code) => {
        this.#fail(threadDied(`exit code ${code}`));
        resolve();
      });
    });
    this.recipe = this.#ask(null).then((reply) => (reply as ThreadReply & { kind: 'recipe' }).recipe);
    // Who asks for a picture first is told as well.
    this.recipe.catch(() => void this.retire());
  }

  /** Whether it takes no more work. */
  get isRetired(): boolean {
    return this.#retired;
  }

  /** Fails as `drawPicture`, and as {@link recipe}. */
  async draw(step: number, slot: number): Promise<DrawnPicture> {
    return ((await this.#ask({ step, slot })) as ThreadReply & { kind: 'drawn' }).drawn;
  }

  /** Ends as soon as nobody waits for a picture. @returns once it has ended, and its memory is free */
  async retire(): Promise<void> {
    this.#retired = true;
    if (this.#waiting.size === 0) void this.#worker.terminate();
    await this.#ended;
  }

  #ask(sample: ThreadRequest['sample']): Promise<ThreadReply> {
    const id = this.#asked++;
    return new Promise<ThreadReply>((take, fail) => {
      this.#waiting.set(id, { take, fail });
      // A thread that has nothing to do does not keep the program from ending.
      this.#worker.ref();
      this.#worker.postMessage({ id, sample } satisfies ThreadRequest);
    });
  }

  #receive(reply: ThreadReply): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if (reply.kind === 'failed') waiting?.fail(errorFromFacts(reply.facts));
    else waiting?.take(reply);
    if (this.#waiting.size > 0) return;
    this.#worker.unref();
    if (this.#retired) void this.#worker.terminate();
  }

  #fail(error: SelfpasteError): void {
    this.#retired = true;
    for (const { fail } of this.#waiting.values()) fail(error);
    this.#waiting.clear();
  }
}

function threadDied(cause: unknown): SelfpasteError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new SelfpasteError(
    'ENVIRONMENT_PICTURE_THREAD_DIED',
    `The thread that draws training pictures ended: ${why}`,
    'check the free memory, then look at the step again',
    cause,
  );
}

async function openPictures({ folder, round }: ThreadSetup): Promise<OpenPictures> {
  const db = openDatabase(runFolder(folder).database, { mode: 'read' });
  try {
    return await trainingPicturesOfRun(db, folder, round);
  } finally {
    db.close();
  }
}

async function replyTo({ id, sample }: ThreadRequest, opened: Promise<OpenPictures>): Promise<ThreadReply> {
  try {
    const pictures = await opened;
    if (sample === null) return { id, kind: 'recipe', recipe: roundRecipe(pictures) };
    return { id, kind: 'drawn', drawn: await drawPicture(pictures, sample.step, sample.slot) };
  } catch (error) {
    return { id, kind: 'failed', facts: errorFacts(error) };
  }
}

function work(setup: ThreadSetup): void {
  const opened = openPictures(setup);
  // It is told with each reply, not as a rejection that nobody handles.
  opened.catch(() => undefined);
  parentPort?.on('message', async (request: ThreadRequest) => {
    const reply = await replyTo(request, opened);
    parentPort?.postMessage(reply, reply.kind === 'drawn' ? [reply.drawn.png.buffer] : []);
  });
}

const setup = workerData as ThreadSetup | null;
if (!isMainThread && setup?.task === 'training-pictures') work(setup);
