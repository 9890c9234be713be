import process from 'node:process';
import { ExitCode } from '../core/index.ts';

let onLeaving: () => void = () => process.exit(ExitCode.ok);

/** A reader that leaves early, such as `head`, is not an error. Call it once, before anything is printed. */
export function outliveReaders(): void {
  process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => {
    // A terminal that was closed answers EIO.
    if (code === 'EPIPE' || code === 'EIO') onLeaving();
    else process.exit(ExitCode.bug);
  });
  // What cannot be said any more must not end what is being saved.
  process.stderr.on('error', () => {});
}

/** Does something else than to leave, too, when the reader of stdout leaves. @returns what makes it leave again */
export function whenReaderLeaves(act: () => void): () => void {
  const before = onLeaving;
  onLeaving = act;
  return () => {
    onLeaving = before;
  };
}
