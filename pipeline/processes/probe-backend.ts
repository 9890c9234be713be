import { errorFromFacts } from '../../core/index.ts';
import type { BackendChoice, BackendFacts, BackendSettings } from '../../student/index.ts';
import { startChild } from './child.ts';
import type { TrainerReply, TrainerRequest } from './messages.ts';

const LOAD_STALL_MS = 60_000;

/** Which backend would train, and why: asked of a trainer process, so that nothing native is loaded here. */
export async function probeBackend(backend: BackendChoice, settings: BackendSettings): Promise<BackendFacts> {
  const child = startChild<TrainerRequest, TrainerReply>('trainer');
  try {
    child.send({ kind: 'probe', backend, ...settings });
    const reply = await child.receive(LOAD_STALL_MS);
    if (reply.kind === 'failed') throw errorFromFacts(reply.error);
    if (reply.kind !== 'backend') throw new Error(`a trainer answered a probe with ${reply.kind}`);
    return reply.facts;
  } finally {
    await child.kill();
  }
}
