import { userInfo } from 'node:os';
import process from 'node:process';
import type { Command } from 'commander';

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

/** Containers run with user numbers that no name belongs to. */
export function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return process.env.USER ?? 'unknown';
  }
}
