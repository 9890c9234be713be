/**
 * Native TensorFlow for @tensorflow/tfjs-node-gpu.
 *
 * The package binds TensorFlow's C API, which is stable, so it is built against the libraries inside the TensorFlow wheel
 * (2.21, kernels for current CPUs); where the wheel cannot be had, the package's own download (2.9.1) is tried;
 * where that fails too, selfpaste trains on the tfjs wasm backend, which needs nothing but npm.
 */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { nodeHeaders, root, run, say } from './steps.mjs';
import { unzip } from './unzip.mjs';

const VERSION = '2.21.0';
const WHEEL_PACKAGE = { cpu: 'tensorflow-cpu', gpu: 'tensorflow' };
/** CUDA libraries that the GPU wheel loads; each is a wheel of its own. */
const CUDA_PACKAGES = [
  'cublas',
  'cuda-cupti',
  'cuda-nvcc',
  'cuda-nvrtc',
  'cuda-runtime',
  'cudnn',
  'cufft',
  'curand',
  'cusolver',
  'cusparse',
  'nccl',
  'nvjitlink',
].map((name) => `nvidia-${name}-cu12`);
/** How it went, for `doctor`. */
const REPORT = join(root, 'node_modules/.selfpaste/tensorflow.json');
const packageFolder = join(root, 'node_modules/@tensorflow/tfjs-node-gpu');

/** Tries each way in turn; never throws, because the wasm backend works without. Writes what happened for `doctor`. */
export async function installTensorFlow(variant) {
  const tried = [];
  const variants = variant === 'gpu' ? ['gpu', 'cpu'] : ['cpu'];
  const ways = [
    ...variants.map((one) => [`the ${WHEEL_PACKAGE[one]} ${VERSION} wheel`, () => buildAgainstWheel(one)]),
    [
      "tfjs-node-gpu's own download",
      () => run(process.execPath, ['scripts/install.js', 'gpu', 'download'], { cwd: packageFolder, timeout: 600_000 }),
    ],
  ];
  for (const [name, install] of supported() ? ways : []) {
    try {
      say(`installing native TensorFlow from ${name}`);
      await install();
      await verify();
      return report({ native: true, variant, source: name, tried });
    } catch (error) {
      tried.push({ way: name, error: String(error.message).split('\n').slice(0, 12).join('\n') });
      say(`that did not work: ${String(error.message).split('\n')[0]}`);
    }
  }
  if (!supported())
    tried.push({
      way: 'native',
      error: `no native TensorFlow is set up for ${process.platform}-${process.arch} or tfjs-node-gpu is absent`,
    });
  say('native TensorFlow could not be set up: training will use the wasm backend (four to five times slower)');
  report({ native: false, variant, source: 'tfjs wasm backend', tried });
}

/** What an earlier set-up chose, so that `npm test` does not undo a GPU set-up. */
export function installedVariant() {
  return existsSync(REPORT) ? JSON.parse(readFileSync(REPORT, 'utf8')).variant : 'cpu';
}

function supported() {
  return process.platform === 'linux' && process.arch === 'x64' && existsSync(packageFolder);
}

function report(facts) {
  mkdirSync(dirname(REPORT), { recursive: true });
  writeFileSync(REPORT, `${JSON.stringify(facts, null, 2)}\n`);
}

async function buildAgainstWheel(variant) {
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'selfpaste');
  const library = await cachedWheel(
    cache,
    variant,
    WHEEL_PACKAGE[variant],
    VERSION,
    /^tensorflow\/(libtensorflow_(cc|framework)\.so\.2$|include\/)/,
  );
  linkLibraries(join(library, 'tensorflow'));
  if (variant === 'gpu') await linkCuda(cache);
  await run(process.execPath, [join(root, 'node_modules/@mapbox/node-pre-gyp/bin/node-pre-gyp'), 'install', '--build-from-source'], {
    cwd: packageFolder,
    env: { ...process.env, ...nodeHeaders() },
  });
}

/** Folder with the wanted files of a wheel; kept outside the checkout (0.8 GB) and keyed by name and version. */
async function cachedWheel(cache, variant, name, version, wanted) {
  const folder = join(cache, `${name}-${version ?? variant}`);
  if (existsSync(folder)) return folder;
  mkdirSync(cache, { recursive: true });
  const work = mkdtempSync(join(cache, '.part-'));
  try {
    unzip(
      process.env.SELFPASTE_TENSORFLOW_WHEEL && name === WHEEL_PACKAGE[variant]
        ? process.env.SELFPASTE_TENSORFLOW_WHEEL
        : await downloadWheel(work, name, version),
      join(work, 'files'),
      wanted,
    );
    renameSync(join(work, 'files'), folder);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return folder;
}

async function downloadWheel(folder, name, version) {
  const spec = version ? `${name}==${version}` : name;
  // Only files are taken from the wheel, so any Python's pip will do and the Python version it is made for does not matter.
  const args = [
    '-m',
    'pip',
    'download',
    '--quiet',
    '--disable-pip-version-check',
    '--retries',
    '0',
    '--no-deps',
    '--only-binary=:all:',
    '--implementation',
    'cp',
    '--python-version',
    '311',
  ];
  const platforms = ['manylinux_2_27_x86_64', 'manylinux_2_17_x86_64', 'manylinux2014_x86_64'].flatMap((platform) => [
    '--platform',
    platform,
  ]);
  await run('python3', [...args, ...platforms, '--dest', folder, spec], { timeout: 900_000 });
  const wheel = readdirSync(folder).find((file) => file.endsWith('.whl'));
  if (!wheel) throw new Error(`pip downloaded no wheel for ${spec}`);
  return join(folder, wheel);
}

/** deps/ of the package as its binding.gyp expects it, as symbolic links into the cache. */
function linkLibraries(library) {
  const deps = join(packageFolder, 'deps');
  rmSync(deps, { recursive: true, force: true });
  mkdirSync(join(deps, 'lib'), { recursive: true });
  symlinkSync(join(library, 'include'), join(deps, 'include'));
  for (const name of ['libtensorflow.so', 'libtensorflow.so.2', 'libtensorflow_cc.so.2'])
    symlinkSync(join(library, 'libtensorflow_cc.so.2'), join(deps, 'lib', name));
  for (const name of ['libtensorflow_framework.so', 'libtensorflow_framework.so.2'])
    symlinkSync(join(library, 'libtensorflow_framework.so.2'), join(deps, 'lib', name));
}

/** The CUDA libraries beside TensorFlow's own, where its loader looks for them. */
async function linkCuda(cache) {
  const lib = join(packageFolder, 'deps/lib');
  for (const name of CUDA_PACKAGES) {
    const folder = await cachedWheel(cache, 'gpu', name, undefined, /\.so(\.\d+)*$/);
    for (const file of readdirSync(folder, { recursive: true }).map(String)) {
      if (/\.so(\.\d+)*$/.test(file)) symlinkSync(join(folder, file), join(lib, file.split('/').pop()));
    }
  }
}

/** Loads the binding and multiplies, in a process of its own: a broken library may crash. */
async function verify() {
  const script = `
    const util = require('node:util');
    util.isNullOrUndefined ??= (v) => v == null; util.isArray ??= Array.isArray;
    const tf = require('@tensorflow/tfjs-node-gpu');
    if (tf.matMul([[1, 2]], [[3], [4]]).dataSync()[0] !== 11) throw new Error('a matrix product came out wrong');`;
  await run(process.execPath, ['-e', script], {
    env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '3', LD_LIBRARY_PATH: join(packageFolder, 'deps/lib') },
    timeout: 120_000,
  });
}
