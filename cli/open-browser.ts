import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** What decides whether a browser is opened, and which. */
export interface Surroundings {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether a person reads what is printed. */
  readonly isTerminal: boolean;
}

export interface BrowserCommand {
  readonly file: string;
  readonly args: readonly string[];
}

/** The command that opens an address in the user's browser. */
export function browserCommand(address: string, { platform, env }: Surroundings): BrowserCommand {
  return chosenBrowser(env.BROWSER ?? '', address) ?? { file: platform === 'darwin' ? 'open' : 'xdg-open', args: [address] };
}

/** Whether anybody would see a browser that is opened. */
export function isBrowserSeen({ platform, env, isTerminal }: Surroundings): boolean {
  if (!isTerminal || isSet(env.CI)) return false;
  const hasDisplay = isSet(env.DISPLAY) || isSet(env.WAYLAND_DISPLAY);
  if (platform === 'darwin') return hasDisplay || !(isSet(env.SSH_CONNECTION) || isSet(env.SSH_TTY));
  return platform === 'linux' && hasDisplay;
}

const isSet = (variable: string | undefined): boolean => variable !== undefined && variable !== '' && variable !== 'false';

/** The first of the commands in `BROWSER`, which colons part; `%s` in it is the address, that else comes last. */
function chosenBrowser(browser: string, address: string): BrowserCommand | null {
  const [first] = browser.split(':').filter((command) => command.trim() !== '');
  const [file, ...words] = first?.trim().split(/\s+/) ?? [];
  if (file === undefined) return null;
  const args = words.map((word) => word.replaceAll('%s', () => address));
  return { file, args: words.some((word) => word.includes('%s')) ? args : [...args, address] };
}

/** Starts it as a process of its own. It may not be there, and what it says is of no interest: the address is printed, too. */
export function openBrowser({ file, args }: BrowserCommand): void {
  const browser = spawn(file, args, { detached: true, stdio: 'ignore' });
  browser.on('error', () => {});
  browser.unref();
}

/** What a browser is told to open. */
export interface OpenedPage {
  readonly address: string;
  /** Takes back what had to be written for it. */
  remove(): void;
}

/**
 * Where a browser on this machine finds the server. Everybody on it reads the arguments of all commands: the token goes into a file that
 * its owner alone reads, and that leads on.
 */
export function pageToOpen(url: string, token: string | null): OpenedPage {
  if (token === null) return { address: url, remove: () => {} };
  const folder = mkdtempSync(join(tmpdir(), 'selfpaste-ui-'));
  const file = join(folder, 'open.html');
  writeFileSync(file, leadingTo(`${url}?token=${encodeURIComponent(token)}`), { mode: 0o600, flag: 'wx' });
  return { address: pathToFileURL(file).href, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** @param address of a server of ours: it has no character that markup begins or ends with */
const leadingTo = (address: string): string => `<!doctype html>
<html lang="en">
  <meta charset="utf-8" />
  <meta name="referrer" content="no-referrer" />
  <meta http-equiv="refresh" content="0; url=${address}" />
  <title>selfpaste</title>
  <a href="${address}">Open the inspector</a>
</html>
`;
