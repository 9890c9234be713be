import type { Command } from 'commander';
import { userName } from '../../../pipeline/index.ts';

/** Who decides, and why. */
export interface SignatureOptions {
  readonly who: string;
  readonly why: string;
}

/** Adds the options of {@link SignatureOptions}. */
export const withSignature = (command: Command): Command =>
  command
    .option('--who <name>', 'who decides; the user name of this machine by default', userName())
    .option('--why <text>', 'why, for the record', '');
