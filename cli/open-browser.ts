import { spawn } from 'node:child_process';

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

/** The command that opens an address in the user's browser; null where nobody would see it. */
export function browserCommand(address: string, surroundings: Surroundings): BrowserCommand | null {
  if (!isSeen(surroundings)) return null;
  const { platform, env } = surroundings;
  return chosenBrowser(env.BROWSER ?? '', address) ?? { file: platform === 'darwin' ? 'open' : 'xdg-open', args: [address] };
}

function isSeen({ platform, env, isTerminal }: Surroundings): boolean {
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

/** Where a browser on this machine finds the server, with the token where it asks for one. */
export function addressToOpen(url: string, token: string | null): string {
  const address = new URL(url);
  if (token !== null) address.searchParams.set('token', token);
  return address.href;
}
