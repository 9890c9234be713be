import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import process from 'node:process';
import { promisify } from 'node:util';
import { errorFacts } from '../../core/index.ts';
import { probeBackend } from '../processes/probe-backend.ts';
import { broken, type Finding, type FindingId, ok, warning } from './finding.ts';

const BOOTSTRAP = 'node scripts/bootstrap.mjs';
/** Every stamp goes with node_modules, so that everything native is built anew. */
export const REINSTALL = `rm -rf node_modules && ${BOOTSTRAP}`;
export const SET_UP_TENSORFLOW = `rm -f node_modules/.selfpaste/tensorflow && ${BOOTSTRAP}`;

const ROOT = new URL('../../../', import.meta.url);
const PART_TIMEOUT_MS = 60_000;

/** Tries every native part in a process of its own: a broken one may crash. */
export function checkParts(): Promise<readonly Finding[]> {
  return Promise.all([
    judgeNode(process.versions.node),
    tensorFlow(),
    wasm(),
    nativePart(
      'parts.onnxruntime',
      'onnxruntime-node',
      '(process.env.ORT_DISABLE_TELEMETRY = "1", require("onnxruntime-node").InferenceSession.create)',
      'runs teachers',
    ),
    nativePart('parts.sharp', 'sharp', 'require("sharp").versions.vips', 'decodes pictures'),
    nativePart(
      'parts.sqlite',
      'better-sqlite3',
      'new (require("better-sqlite3"))(":memory:").prepare("select sqlite_version() v").get().v',
      'keeps the database',
    ),
  ]);
}

/** @param version as `20.9.0` */
export function judgeNode(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 9)) return ok('parts.node', 'Node', `v${version}`);
  return broken('parts.node', 'Node', `v${version}; selfpaste needs 20.9 or later`, 'nvm install 20');
}

async function tensorFlow(): Promise<Finding> {
  const [id, part] = ['parts.tensorflow', 'native TensorFlow'] as const;
  try {
    const { version, why } = await probeBackend('native', { threads: availableParallelism(), deterministic: false });
    return ok(id, part, `${version}: ${why}${setUpNote()}`);
  } catch (error) {
    return warning(id, part, `${errorFacts(error).message}; training falls back to wasm, four to five times slower`, SET_UP_TENSORFLOW);
  }
}

/** Where the bootstrap script had the library from. */
function setUpNote(): string {
  const file = new URL('node_modules/.selfpaste/tensorflow.json', ROOT);
  if (!existsSync(file)) return '';
  const { source } = JSON.parse(readFileSync(file, 'utf8')) as { source: string };
  return `; set up from ${source}`;
}

async function wasm(): Promise<Finding> {
  const [id, part] = ['parts.wasm', 'tfjs wasm (fallback)'] as const;
  try {
    return ok(id, part, (await probeBackend('wasm', { threads: 1, deterministic: false })).version);
  } catch (error) {
    return broken(id, part, errorFacts(error).message, REINSTALL);
  }
}

async function nativePart(id: FindingId, name: string, expression: string, purpose: string): Promise<Finding> {
  const script = `const v = ${expression}; process.stdout.write(typeof v === 'string' ? v : '')`;
  try {
    const { stdout } = await promisify(execFile)(process.execPath, ['-e', script], { cwd: ROOT, timeout: PART_TIMEOUT_MS });
    const manifest = readFileSync(new URL(`node_modules/${name}/package.json`, ROOT), 'utf8');
    const { version } = JSON.parse(manifest) as { version: string };
    return ok(id, name, `${version}${stdout ? ` (${stdout})` : ''}, ${purpose}`);
  } catch (error) {
    return broken(id, name, telling(errorFacts(error).message), REINSTALL);
  }
}

/** The line of what Node printed that says what is wrong. */
function telling(text: string): string {
  return text.split('\n').find((line) => /Error|cannot|not found/i.test(line)) ?? 'does not load';
}
