/** What the set-up steps share: running a command, speaking, and stamps that say a step is done. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export const root = fileURLToPath(new URL('../..', import.meta.url));
const stamps = join(root, 'node_modules/.selfpaste');

/** Set-up speaks on stderr, so that stdout stays free for a command's own output. */
export function say(text) {
  process.stderr.write(`setup: ${text}\n`);
}

/** Runs a program; its output is shown only when it fails. */
export async function run(command, args, options = {}) {
  const running = promisify(execFile)(command, args, { cwd: root, encoding: 'utf8', maxBuffer: 1 << 28, ...options });
  running.child.stdin?.end();
  try {
    return (await running).stdout;
  } catch (error) {
    const output = [error.stdout, error.stderr].filter(Boolean).join('\n').trim();
    const how = typeof error.code === 'number' ? `exit ${error.code}` : (error.code ?? error.signal);
    throw new Error(`${command} ${args.join(' ')} failed (${how})\n${output.slice(-4000)}`);
  }
}

/** Waits for all, also where one fails, so that nothing goes on behind its message. @throws what the first of them threw */
export async function allOf(steps) {
  const failed = (await Promise.allSettled(steps)).find(({ status }) => status === 'rejected');
  if (failed) throw failed.reason;
}

/** npm, through the npm that started us where there is one. */
export function npm(args, options = {}) {
  const cli = process.env.npm_execpath;
  const headers = { ...process.env, ...nodeHeaders() };
  return cli?.endsWith('.js')
    ? run(process.execPath, [cli, ...args], { env: headers, ...options })
    : run('npm', args, { env: headers, ...options });
}

/** Node's own headers, where they lie beside the program, so that building an addon downloads nothing. */
export function nodeHeaders() {
  const prefix = dirname(dirname(process.execPath));
  const known = process.env.npm_config_nodedir;
  if (known || !existsSync(join(prefix, 'include/node/node_api.h'))) return {};
  return { npm_config_nodedir: prefix };
}

/**
 * Runs `work` unless it ran before on the same inputs.
 * `work` may return the key to store where doing it changes the key.
 */
export async function stamped(name, files, key, work) {
  const file = join(stamps, name);
  const stamp = (k) => {
    const hash = createHash('sha256').update(k);
    for (const path of files) hash.update(path).update(existsSync(join(root, path)) ? readFileSync(join(root, path)) : 'absent');
    return hash.digest('hex');
  };
  if (existsSync(file) && readFileSync(file, 'utf8') === stamp(key)) return;
  const done = (await work()) ?? key;
  mkdirSync(stamps, { recursive: true });
  writeFileSync(file, stamp(done));
}
