import process from 'node:process';
import { ExitCode, SelfpasteError } from '../../core/index.ts';
import { writeFileAtomic } from '../../dataset/index.ts';
import { machineFacts } from '../harness.ts';
import { CellProcesses } from './cell-process.ts';
import { parseQualityRequest } from './command-line.ts';
import { measurementOf } from './measurements.ts';
import { type MeasurementReport, measurementReport, type QualityReport, qualityMarkdown } from './report.ts';
import { runCells } from './run-cells.ts';

/** `npm run bench:quality -- [MEASUREMENT...]`: trains what is not trained yet; results as Markdown on standard output, progress on standard error. */
async function main(): Promise<void> {
  const args = process.argv.slice(2);
  const { measurements, places, jobs, json } = parseQualityRequest(args);
  const machine = machineFacts();
  const processes = new CellProcesses();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => processes.stop());
  const reports: MeasurementReport[] = [];
  for (const name of measurements) {
    const measurement = measurementOf(name, places);
    reports.push(measurementReport(measurement, await runCells(measurement.cells, { runs: places.runs, jobs, processes, tell: say })));
  }
  const report: QualityReport = { version: 1, machine, command: ['npm run bench:quality --', ...args].join(' '), measurements: reports };
  process.stdout.write(`${qualityMarkdown(report)}\n`);
  if (json !== null) await writeFileAtomic(json, `${JSON.stringify(report, null, 2)}\n`);
  if (processes.stopping) process.exitCode = ExitCode.interrupted;
}

const say = (text: string): void => console.error(`${new Date().toISOString().slice(11, 19)} ${text}`);

try {
  await main();
} catch (error) {
  if (!(error instanceof SelfpasteError)) throw error;
  console.error(`${error.message}\n${error.hint}`);
  process.exitCode = error.exitCode;
}
