import { type NetworkInterfaceInfo, networkInterfaces, hostname as ownName } from 'node:os';
import { expectation, SelfpasteError } from '../core/index.ts';

/** Where a server listens, in the one spelling that URLs have for it: small letters, IPv6 addresses in brackets. */
export type HostName = string & { readonly __brand: 'HostName' };

/**
 * The host that somebody named, however it is spelled.
 * @throws SelfpasteError USAGE_NO_HOST for what is neither a name nor an address; nothing at all would be every address of the machine
 */
export function hostName(host: string): HostName {
  const name = spelledAsInUrl(host);
  if (name !== null) return name;
  throw new SelfpasteError(
    'USAGE_NO_HOST',
    expectation('--host', 'a name or an address of this machine', host),
    'leave out --host to serve this machine alone, or name an address of it, as in --host 0.0.0.0',
  );
}

function spelledAsInUrl(host: string): HostName | null {
  const bare = bareHost(host);
  const url = `http://${bare.includes(':') ? `[${bare}]` : bare}`;
  return /[\s/?#@\\]/.test(bare) || !URL.canParse(url) ? null : (new URL(url).hostname as HostName);
}

/** A host as sockets take it: without brackets. */
export const bareHost = (host: string): string => host.replace(/^\[(.*)\]$/, '$1');

/** Whether only this machine can reach a server that listens there; IPv4 addresses may stand in IPv6 ones. */
export const isLoopback = (host: HostName): boolean =>
  /^(localhost|127(\.\d{1,3}){3}|\[::1\]|\[::ffff:7f[\da-f]{2}:[\da-f]{1,4}\])$/.test(host);

/** Whether a server listens at all addresses of the machine: a host that is the name of none. */
const isEverywhere = (host: HostName): boolean => ['0.0.0.0', '[::]', '[::ffff:0:0]'].includes(host);

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'] as const;

/** The names by which a server that listens at `host` is called. */
export function namesOf(host: HostName): ReadonlySet<string> {
  const names = isEverywhere(host) ? [...addressesOf(() => true), ownName()] : [host];
  return new Set([...LOOPBACK, ...names.flatMap((name) => spelledAsInUrl(name) ?? [])]);
}

/** Where a server that listens at `host` is found: from this machine first. */
export function placesOf(host: HostName): readonly [string, ...string[]] {
  if (!isEverywhere(host)) return [host];
  return ['localhost', ...addressesOf(({ internal, family }) => !internal && family === 'IPv4')];
}

const addressesOf = (isWanted: (one: NetworkInterfaceInfo) => boolean): string[] =>
  Object.values(networkInterfaces()).flatMap((all) => (all ?? []).filter(isWanted).map(({ address }) => address));
