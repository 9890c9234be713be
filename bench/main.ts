import { resolve } from 'node:path';
import process from 'node:process';
import { SelfpasteError } from '../core/index.ts';
import { writeFileAtomic } from '../dataset/index.ts';
import { type BenchRequest, parseRequest } from './command-line.ts';
import { machineFacts } from './harness.ts';
import { type BenchReport, machineText, type SubjectReport, subjectText } from './report.ts';
import { measureSubject } from './subject-process.ts';

/** `npm run bench -- [SUBJECT...]`: measures, prints for people on standard error, and writes the report as JSON where it is asked for. */
async function main(): Promise<void> {
  const request = parseRequest(process.argv.slice(2));
  await writeReport(request, await measureAll(request));
}

async function measureAll({ subjects, seed, quick, inputs, peers, labelings, predictions }: BenchRequest): Promise<BenchReport> {
  const startedAtMs = Date.now();
  const machine = machineFacts();
  say(machineText(machine));
  if (quick) say('quick: small inputs and one round; the figures say nothing about speed');
  const reports: SubjectReport[] = [];
  for (const subject of subjects) {
    const report = await measureSubject({ subject, seed, quick, inputs, peers, labelings, predictions });
    say(subjectText(report));
    reports.push(report);
  }
  return { version: 1, startedAtMs, seed, quick, machine, subjects: reports };
}

async function writeReport({ json }: BenchRequest, report: BenchReport): Promise<void> {
  const text = `${JSON.stringify(report, null, 2)}\n`;
  if (json === '-') process.stdout.write(text);
  else if (json !== null) await writeFileAtomic(resolve(json), text);
}

const say = (text: string): void => console.error(text);

try {
  await main();
} catch (error) {
  if (!(error instanceof SelfpasteError)) throw error;
  say(`${error.message}\n${error.hint}`);
  process.exitCode = error.exitCode;
}
