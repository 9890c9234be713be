import { statSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { parseConfig, type ResolvedConfig } from '../../config/index.ts';
import { expectation, SelfpasteError } from '../../core/index.ts';
import { nearestExisting } from '../host/free-space.ts';
import { PROGRAM_VERSION } from '../version.ts';
import { checkClock, readClocks } from './clock.ts';
import { checkDisk } from './disk.ts';
import type { Finding } from './finding.ts';
import { checkLimits } from './limits.ts';
import { checkParts } from './parts.ts';
import { checkResources } from './resources.ts';
import { tryWriting } from './scratch.ts';
import { checkSpeed } from './speed.ts';
import { checkTerminal } from './terminal.ts';

export interface DoctorReport {
  readonly selfpaste: string;
  readonly node: string;
  readonly platform: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly findings: readonly Finding[];
}

/**
 * Checks what a run of a night needs; takes about 15 s, most of it to measure speed, and leaves nothing behind.
 * @param folder where runs will lie; where it is not there yet, the nearest folder above it is looked at
 * @throws SelfpasteError USAGE_NO_FOLDER where it is a file
 */
export async function checkMachine(folder: string): Promise<DoctorReport> {
  const findings = await findAll(nearestFolder(resolve(folder)));
  return {
    selfpaste: PROGRAM_VERSION,
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    findings,
  };
}

/** One after the other, so that none disturbs what another one measures. */
async function findAll(folder: string): Promise<readonly Finding[]> {
  const config = defaultConfig(folder);
  const clocks = readClocks();
  const resources = await checkResources();
  const parts = await checkParts();
  const scratch = await tryWriting(folder);
  const disk = await checkDisk(folder, scratch, config.disk.minFreeMb * 1e6);
  const speed = await checkSpeed(config);
  const clock = await checkClock(clocks, scratch.kind === 'written' ? scratch.clockAheadMs : null);
  return [...parts, ...speed, ...resources, ...disk, ...(await checkLimits()), ...clock, ...checkTerminal()];
}

/** What a configuration says that says nothing but what it must. */
function defaultConfig(folder: string): ResolvedConfig {
  const set = { annotations: 'labels.json', images: '.' };
  return parseConfig(JSON.stringify({ data: { labeled: set, validation: set } }), join(folder, 'selfpaste.yaml'));
}

/** The folder itself, or the nearest one above it. */
function nearestFolder(path: string): string {
  const existing = nearestExisting(path);
  if (statSync(existing).isDirectory()) return existing;
  throw new SelfpasteError('USAGE_NO_FOLDER', expectation('FOLDER', 'a folder', existing), 'name the folder where runs will lie');
}
