import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { expectation, SelfpasteError } from '../core/index.ts';
import type { Access } from './access.ts';
import { runApp } from './app.ts';
import { bareHost, hostName, isLoopback, namesOf, placesOf } from './host-names.ts';
import { openSite } from './site.ts';

/** Which run is served, and where. */
export interface ServedRun {
  readonly folder: string;
  /** Name or address to listen at; where others than this machine can reach it, every request needs a token. */
  readonly host: string;
  /** 0 takes any that is free. */
  readonly port: number;
}

/** A server that listens. */
export interface RunServer {
  /** For this machine, with the port that was taken. */
  readonly url: string;
  /** Where other machines find it, where it listens at several addresses. */
  readonly elsewhere: readonly string[];
  /** What every request has to show; null where only this machine can ask. */
  readonly token: string | null;
  /** Ends all connections, too. */
  close(): Promise<void>;
}

const TOKEN_BYTES = 24;

/** Serves a run. Throws USAGE_NO_HOST, ENVIRONMENT_PORT_TAKEN, ENVIRONMENT_CANNOT_LISTEN. */
export async function serveRun({ folder, host, port }: ServedRun): Promise<RunServer> {
  const name = hostName(host);
  const places = placesOf(name);
  const token = randomBytes(TOKEN_BYTES).toString('base64url');
  const access: Access = { names: namesOf(name), token, forEverything: !isLoopback(name) };
  const site = openSite(folder);
  const server = createAdaptorServer({ fetch: runApp(site, access).fetch, overrideGlobalObjects: false });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(listenError(error, host, port)));
    server.listen(port, bareHost(name), resolve);
  });
  const { port: taken } = server.address() as AddressInfo;
  const [url, ...elsewhere] = places.map((place) => `http://${place}:${taken}/`) as [string, ...string[]];
  return {
    url,
    elsewhere,
    token: access.forEverything ? token : null,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          site.close();
          resolve();
        });
        if ('closeAllConnections' in server) server.closeAllConnections();
      }),
  };
}

function listenError(error: NodeJS.ErrnoException, host: string, port: number): SelfpasteError {
  if (error.code === 'EADDRINUSE')
    return new SelfpasteError(
      'ENVIRONMENT_PORT_TAKEN',
      expectation('--port', `a port of ${host} that no other program listens at`, port),
      'choose another with --port N, or any that is free with --port 0',
      error,
    );
  return new SelfpasteError(
    'ENVIRONMENT_CANNOT_LISTEN',
    `Expected to listen at ${host}, port ${port}, but the system refuses: ${error.message}`,
    'choose an address of this machine with --host, and a port above 1023 with --port',
    error,
  );
}
