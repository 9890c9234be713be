import { probeBackendAgain } from '../processes/probe-backend.ts';
import { type StageContext, safePoint } from '../stages/stage.ts';

/**
 * Says what will train, and why, before the first stage of a process takes time. A backend that cannot be had fails that stage, and so
 * does a trainer that dies whenever it is asked: what may pass is tried again with the stage.
 * @returns to be called by each stage before it begins. Throws INTERRUPTED, and as {@link probeBackendAgain}
 */
export function announcingBackend({ config: { train }, emit }: Omit<StageContext, 'stop'>): (context: StageContext) => Promise<void> {
  const tell = (level: 'info' | 'warn', text: string) => emit({ kind: 'note', round: null, level, text });
  let isTold = false;
  return async (context) => {
    if (isTold) return;
    // The machine starts its actors before its snapshot is written.
    await safePoint(context);
    const { stop } = context;
    const { version, threads, why } = await probeBackendAgain(train.backend, train, { warn: (text) => tell('warn', text), stop });
    isTold = true;
    tell('info', `backend: ${version}, ${threads} thread(s): ${why}`);
  };
}
