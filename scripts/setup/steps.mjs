/** What the set-up steps share: running a command, speaking, and stamps that say a step is done. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));
const stamps = join(root, 'node_modules/.selfpaste');

/** Set-up speaks on stderr, so that stdout stays free for a command's own output. */
export function say(text) {
  process.stderr.write(`setup: ${text}\n`);
}

/** Runs a program; its output is shown only when it fails. */
export function run(command, args, options = {}) {
  try {
    return execFileSync(command, args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 1 << 28, ...options });
  } catch (error) {
    const output = [error.stdout, error.stderr].filter(Boolean).join('\n').trim();
    throw new Error(`${command} ${args.join(' ')} failed (${error.code ?? `exit ${error.status}`})\n${output.slice(-4000)}`);
  }
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
export function stamped(name, files, key, work) {
  const file = join(stamps, name);
  const stamp = (k) => {
    const hash = createHash('sha256').update(k);
    for (const path of files) hash.update(path).update(existsSync(join(root, path)) ? readFileSync(join(root, path)) : 'absent');
    return hash.digest('hex');
  };
  if (existsSync(file) && readFileSync(file, 'utf8') === stamp(key)) return;
  const done = work() ?? key;
  mkdirSync(stamps, { recursive: true });
  writeFileSync(file, stamp(done));
}
