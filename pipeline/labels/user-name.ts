import { userInfo } from 'node:os';
import process from 'node:process';

/** Who decides where nobody says it: the user of this machine. Containers run with user numbers that no name belongs to. */
export function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return process.env.USER ?? 'unknown';
  }
}
