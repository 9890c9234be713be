/** A thread that runs the program's command lines one by one, and says how each ended. It is started by {@link programThread}. */
import process from 'node:process';
import { parentPort } from 'node:worker_threads';
import { runCommandLine } from '../cli/main.ts';

const said = { stdout: '', stderr: '' };
for (const name of ['stdout', 'stderr'] as const) {
  // Every command line listens for errors of its output.
  process[name].setMaxListeners(0);
  process[name].write = (text: string | Uint8Array): boolean => {
    said[name] += text.toString();
    return true;
  };
}

parentPort?.on('message', async (args: readonly string[]) => {
  said.stdout = '';
  said.stderr = '';
  process.exitCode = undefined;
  await runCommandLine([process.execPath, 'selfpaste', ...args]);
  parentPort?.postMessage({ code: process.exitCode ?? 0, signal: null, ...said });
});
