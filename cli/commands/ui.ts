import process from 'node:process';
import { Command, InvalidArgumentError } from 'commander';
import type { RunServer } from '../../web/index.ts';
import { findRun } from '../find-run.ts';
import { print } from '../print.ts';

interface UiOptions {
  readonly port: number;
  readonly host: string;
  readonly json: boolean;
}

export function uiCommand(): Command {
  return new Command('ui')
    .description('Look at a run and its labels in the browser, until Ctrl-C. For programs: /metrics (Prometheus), /api/status, /healthz.')
    .argument('[run]', 'folder or name of the run; the newest below ./runs by default')
    .option('--port <n>', 'port to listen at; 0 takes any that is free', portNumber, 4280)
    .option('--host <address>', 'where to listen; beyond this machine, every request needs the token that is printed', '127.0.0.1')
    .option('--json', 'say where it listens as JSON', false)
    .action(async (run: string | undefined, { port, host, json }: UiOptions) => {
      const folder = findRun(run);
      // All other commands start faster without a server.
      const { serveRun } = await import('../../web/index.ts');
      const server = await serveRun({ folder, host, port });
      print(json ? JSON.stringify({ folder, url: server.url, token: server.token }) : announcement(folder, server));
      await signalled();
      await server.close();
    });
}

function announcement(folder: string, { url, token }: RunServer): string {
  const lines = [`serving ${folder} at ${url}`, ...(token === null ? [] : [`token: ${token}`]), 'Ctrl-C ends it; the run goes on'];
  return lines.join('\n');
}

function signalled(): Promise<void> {
  return new Promise((resolve) => {
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, () => resolve());
  });
}

function portNumber(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) throw new InvalidArgumentError('Expected a whole number from 0 to 65535.');
  return port;
}
