import process from 'node:process';
import { Command, InvalidArgumentError } from 'commander';
import { SelfpasteError } from '../../core/index.ts';
import type { RunServer } from '../../web/index.ts';
import { findRun } from '../find-run.ts';
import { browserCommand, isBrowserSeen, openBrowser, pageToOpen } from '../open-browser.ts';
import { bytes, print, printable, printJson } from '../print.ts';

interface UiOptions {
  readonly port: number;
  readonly host: string;
  readonly open: boolean;
  readonly export?: string;
  readonly sample: number;
  readonly json: boolean;
}

export function uiCommand(): Command {
  return new Command('ui')
    .description('Look at a run and its labels in the browser, until Ctrl-C. For programs: /metrics (Prometheus), /api/status, /healthz.')
    .argument('[run]', 'folder or name of the run; the newest below ./runs by default')
    .option('--port <n>', 'port to listen at; 0 takes any that is free', wholeNumberTo(MOST_PORT), 4280)
    .option('--host <address>', 'where to listen; beyond this machine, every request needs the token that is printed', '127.0.0.1')
    .option('--no-open', 'print the address, and open no browser')
    .option('--export <file>', 'serve nothing: write curves, tables and a sample of labels as one HTML file that opens from disk')
    .option('--sample <n>', 'with --export: labels to show, with their pictures', wholeNumberTo(MOST_LABELS), 60)
    .option('--json', 'say where it listens, or what was written, as JSON', false)
    .action(async (run: string | undefined, options: UiOptions, command: Command) => {
      refuseContradictions(command);
      const folder = findRun(run);
      if (options.export === undefined) await serve(folder, options);
      else await report(folder, options.export, options);
    });
}

const MOST_PORT = 65_535;
/** More have no room in a file that can be sent by mail. */
const MOST_LABELS = 2000;

const OF_SERVING = ['port', 'host', 'open'] as const;

/** @throws SelfpasteError USAGE_EXPORT_OR_SERVE */
function refuseContradictions(command: Command): void {
  const isGiven = (option: string) => command.getOptionValueSource(option) === 'cli';
  if (!isGiven('export') && isGiven('sample'))
    throw contradiction(
      'Expected --export beside --sample, got none',
      'name the report to write with --export FILE, or leave out --sample',
    );
  const idle = isGiven('export') ? OF_SERVING.find(isGiven) : undefined;
  if (idle === undefined) return;
  const option = idle === 'open' ? '--no-open' : `--${idle}`;
  throw contradiction(`Expected --export or ${option}, got both`, `leave out ${option} to write a report, or --export to serve the run`);
}

const contradiction = (message: string, hint: string): SelfpasteError => new SelfpasteError('USAGE_EXPORT_OR_SERVE', message, hint);

async function serve(folder: string, { host, port, open, json }: UiOptions): Promise<void> {
  // All other commands start faster without a server.
  const { serveRun } = await import('../../web/index.ts');
  const server = await serveRun({ folder, host, port });
  const { url, elsewhere, token } = server;
  print(json ? JSON.stringify({ folder, url, elsewhere, token }) : announcement(folder, server));
  const close = open && !json ? openPage(server) : () => {};
  await signalled();
  close();
  await server.close();
}

/** @returns what ends it */
function openPage({ url, token }: RunServer): () => void {
  const { env, platform, stdout } = process;
  const surroundings = { env, platform, isTerminal: stdout.isTTY === true };
  if (!isBrowserSeen(surroundings)) return () => {};
  const page = pageToOpen(url, token);
  openBrowser(browserCommand(page.address, surroundings));
  return page.remove;
}

async function report(folder: string, path: string, { sample, json }: UiOptions): Promise<void> {
  const { writeReport } = await import('../../web/index.ts');
  const written = await writeReport({ folder, path, labels: sample });
  if (json) printJson(written);
  else
    print(
      `${printable(path)}: a report of ${printable(folder)} with ${written.labels} labels, ${bytes(written.bytes)}; open it in a browser`,
    );
}

function announcement(folder: string, { url, elsewhere, token }: RunServer): string {
  return [
    `serving ${folder} at ${url}`,
    ...(elsewhere.length > 0 ? [`for other machines: ${elsewhere.join(' ')}`] : []),
    ...(token === null ? [] : [`token: ${token}`]),
    'Ctrl-C ends it; the run goes on',
  ].join('\n');
}

function signalled(): Promise<void> {
  return new Promise((resolve) => {
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, () => resolve());
  });
}

function wholeNumberTo(most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value > most) throw new InvalidArgumentError(`Expected a whole number from 0 to ${most}.`);
    return value;
  };
}
