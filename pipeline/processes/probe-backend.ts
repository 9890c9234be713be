import { errorFromFacts } from '../../core/index.ts';
import type { BackendChoice, BackendFacts, BackendSettings } from '../../student/index.ts';
import { interrupted } from '../stages/stage.ts';
import { type Child, startChild } from './child.ts';
import type { TrainerReply, TrainerRequest } from './messages.ts';
import { pause } from './pause.ts';
import { FRUITLESS_STARTS, isProcessFailure, RESTART_MS } from './restarting.ts';

const LOAD_STALL_MS = 60_000;

type TrainerProcess = Child<TrainerRequest, TrainerReply>;

const startTrainer = (): TrainerProcess => startChild<TrainerRequest, TrainerReply>('trainer');

/**
 * Which backend would train, and why: asked of a trainer process, so that nothing native is loaded here. Throws ENVIRONMENT_CHILD_*, and why
 * there is none.
 * @param stop ends the process at once
 */
export async function probeBackend(
  backend: BackendChoice,
  settings: BackendSettings,
  start = startTrainer,
  stop?: AbortSignal,
): Promise<BackendFacts> {
  const child = start();
  const end = () => void child.kill();
  stop?.addEventListener('abort', end);
  try {
    child.send({ kind: 'probe', backend, ...settings });
    const reply = await child.receive(LOAD_STALL_MS);
    if (reply.kind === 'failed') throw errorFromFacts(reply.error);
    if (reply.kind !== 'backend') throw new Error(`a trainer answered a probe with ${reply.kind}`);
    return reply.facts;
  } finally {
    stop?.removeEventListener('abort', end);
    await child.kill();
  }
}

/** Who hears of processes that ended, and ends the asking. */
interface Attendance {
  readonly warn: (text: string) => void;
  readonly stop: AbortSignal;
}

/**
 * As {@link probeBackend}, of another process where one dies or hangs: of three at most. A backend that cannot be had is no reason for that.
 * Throws INTERRUPTED once it is stopped.
 */
export async function probeBackendAgain(
  backend: BackendChoice,
  settings: BackendSettings,
  { warn, stop }: Attendance,
  start = startTrainer,
): Promise<BackendFacts> {
  for (let starts = 1; ; starts++) {
    if (stop.aborted) throw interrupted();
    try {
      return await probeBackend(backend, settings, start, stop);
    } catch (error) {
      if (stop.aborted) throw interrupted();
      if (!isProcessFailure(error) || starts >= FRUITLESS_STARTS) throw error;
      warn(`${error.message}; started again`);
      await pause(RESTART_MS * starts, stop);
    }
  }
}
