import { execFile } from 'node:child_process';
import { existsSync, readFileSync, statfsSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import process from 'node:process';
import { promisify } from 'node:util';
import { errorFacts } from '../core/index.ts';
import { probeBackend } from './processes/probe-backend.ts';
import { PROGRAM_VERSION } from './version.ts';

/** One part, whether it works, and the one command that mends it where it does not. */
export interface Finding {
  readonly part: string;
  readonly state: 'ok' | 'warning' | 'broken';
  readonly detail: string;
  readonly fix: string | null;
}

export interface DoctorReport {
  readonly selfpaste: string;
  readonly node: string;
  readonly platform: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly findings: readonly Finding[];
}

const BOOTSTRAP = 'node scripts/bootstrap.mjs';
/** Every stamp goes with node_modules, so that everything native is built anew. */
const REINSTALL = `rm -rf node_modules && ${BOOTSTRAP}`;

/** Tries every native part in a process of its own: a broken one may crash. */
export async function checkMachine(): Promise<DoctorReport> {
  const findings = await Promise.all([
    nodeVersion(),
    tensorFlow(),
    wasm(),
    nativePart('onnxruntime-node', 'require("onnxruntime-node").InferenceSession.create', 'runs teachers'),
    nativePart('sharp', 'require("sharp").versions.vips', 'decodes pictures'),
    nativePart(
      'better-sqlite3',
      'new (require("better-sqlite3"))(":memory:").prepare("select sqlite_version() v").get().v',
      'keeps the database',
    ),
    disk(),
  ]);
  return {
    selfpaste: PROGRAM_VERSION,
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    findings,
  };
}

async function nodeVersion(): Promise<Finding> {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 9)) return { part: 'Node', state: 'ok', detail: process.version, fix: null };
  return { part: 'Node', state: 'broken', detail: `${process.version}; selfpaste needs 20.9 or later`, fix: 'install Node 20 or later' };
}

async function tensorFlow(): Promise<Finding> {
  const part = 'native TensorFlow';
  try {
    const { version, why } = await probeBackend('native', { threads: availableParallelism(), deterministic: false });
    return { part, state: 'ok', detail: `${version}: ${why}${setUpNote()}`, fix: null };
  } catch (error) {
    const detail = `${errorFacts(error).message}; training falls back to wasm, four to five times slower`;
    return { part, state: 'warning', detail, fix: `rm -f node_modules/.selfpaste/tensorflow && ${BOOTSTRAP}` };
  }
}

/** Where the bootstrap script had the library from. */
function setUpNote(): string {
  const file = new URL('../../node_modules/.selfpaste/tensorflow.json', import.meta.url);
  if (!existsSync(file)) return '';
  const { source } = JSON.parse(readFileSync(file, 'utf8')) as { source: string };
  return `; set up from ${source}`;
}

async function wasm(): Promise<Finding> {
  const part = 'tfjs wasm (fallback)';
  try {
    return { part, state: 'ok', detail: (await probeBackend('wasm', { threads: 1, deterministic: false })).version, fix: null };
  } catch (error) {
    return { part, state: 'broken', detail: errorFacts(error).message, fix: REINSTALL };
  }
}

async function nativePart(name: string, expression: string, purpose: string): Promise<Finding> {
  const script = `const v = ${expression}; process.stdout.write(typeof v === 'string' ? v : '')`;
  try {
    const cwd = new URL('../../', import.meta.url);
    const { stdout } = await promisify(execFile)(process.execPath, ['-e', script], { cwd, timeout: 60_000 });
    const { version } = JSON.parse(readFileSync(new URL(`../../node_modules/${name}/package.json`, import.meta.url), 'utf8')) as {
      version: string;
    };
    return { part: name, state: 'ok', detail: `${version}${stdout ? ` (${stdout})` : ''}, ${purpose}`, fix: null };
  } catch (error) {
    const [firstLine = ''] = errorFacts(error)
      .message.split('\n')
      .filter((line) => /Error|cannot|not found/i.test(line));
    return {
      part: name,
      state: 'broken',
      detail: firstLine || 'does not load',
      fix: REINSTALL,
    };
  }
}

const LITTLE_DISK_BYTES = 2e9;

async function disk(): Promise<Finding> {
  const { bavail, bsize } = statfsSync(process.cwd());
  const free = bavail * bsize;
  const detail = `${(free / 1e9).toFixed(1)} GB free in ${process.cwd()}`;
  return free > LITTLE_DISK_BYTES
    ? { part: 'disk', state: 'ok', detail, fix: null }
    : { part: 'disk', state: 'warning', detail, fix: 'free some disk space, or keep runs elsewhere: --set runs=/other/folder' };
}
