import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { BareReply, BareRequest } from './bare-run.ts';
import type { Measurement } from './harness.ts';

/** So many processes of so many threads. */
export interface BareArrangement {
  readonly processes: number;
  readonly threads: number;
  readonly spinning: boolean;
}

/** Bare `session.run` in processes that start together: what no labeling can pass by much. */
export async function measureBare(model: string, { processes, threads, spinning }: BareArrangement, runs: number): Promise<Measurement> {
  const children = Array.from({ length: processes }, () => fork(fileURLToPath(new URL('./bare-run.js', import.meta.url))));
  try {
    await Promise.all(children.map((child) => ask(child, { model, threads, spinning })));
    const startMs = performance.now();
    const replies = await Promise.all(children.map((child) => ask(child, { runs })));
    const cpuUs = replies.reduce((sum, reply) => sum + reply.cpuUs, 0);
    return { perSecond: (1000 * processes * runs) / (performance.now() - startMs), cpuUsPerItem: cpuUs / (processes * runs) };
  } finally {
    for (const child of children) child.kill();
  }
}

async function ask(child: ChildProcess, request: BareRequest): Promise<BareReply> {
  child.send(request);
  const [reply] = (await once(child, 'message')) as [BareReply];
  return reply;
}
