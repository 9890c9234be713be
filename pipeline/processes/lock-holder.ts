/** A process that takes the scratch lock of a folder, says so, and holds it until it dies or its channel closes. */
import process from 'node:process';
import { errorFacts } from '../../core/index.ts';
import { takeScratchLock } from '../../db/index.ts';

/** `held`, or why it cannot be had. */
export type LockHolderReply = 'held' | { readonly refused: string };

try {
  const lock = takeScratchLock(process.argv[2] ?? '');
  process.on('disconnect', () => lock.release());
  say('held');
} catch (error) {
  say({ refused: errorFacts(error).message });
}

function say(reply: LockHolderReply): void {
  process.send?.(reply);
}
