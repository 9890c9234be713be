import process from 'node:process';
import { InferenceSession, Tensor } from 'onnxruntime-node';

/** What a process that does nothing but run a model is told: to open it, and then, as often as asked, to run it. */
export type BareRequest = { readonly model: string; readonly threads: number; readonly spinning: boolean } | { readonly runs: number };

/** What it answers; CPU time is that of all its threads. */
export interface BareReply {
  readonly cpuUs: number;
}

const side = 640;
const warmUpRuns = 3;
let session: InferenceSession;
const image = new Tensor('float32', new Float32Array(3 * side * side).fill(0.5), [1, 3, side, side]);

process.on('message', async (request: BareRequest) => {
  const before = process.cpuUsage();
  if ('model' in request) session = await InferenceSession.create(request.model, optionsOf(request));
  const runs = 'model' in request ? warmUpRuns : request.runs;
  for (let run = 0; run < runs; run++) await session.run({ [session.inputNames[0]]: image });
  const { user, system } = process.cpuUsage(before);
  process.send?.({ cpuUs: user + system } satisfies BareReply);
});
process.on('disconnect', () => process.exit());

function optionsOf({ threads, spinning }: Extract<BareRequest, { model: string }>): InferenceSession.SessionOptions {
  const extra = { session: { intra_op: { allow_spinning: spinning ? '1' : '0' } } };
  return { executionProviders: ['cpu'], intraOpNumThreads: threads, interOpNumThreads: 1, extra };
}
