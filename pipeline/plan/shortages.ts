import type { ResolvedConfig } from '../../config/index.ts';
import type { DiskEstimate } from './disk-estimate.ts';
import type { MemoryEstimate } from './memory-estimate.ts';

const MB = 1e6;
const inMb = (count: number): string => `${Math.ceil(count / MB)} MB`;

/** What the machine may not have enough of. @param memory null where nothing was measured */
export function shortagesOf(
  { disk: { budgetMb, minFreeMb } }: Pick<ResolvedConfig, 'disk'>,
  disk: Pick<DiskEstimate, 'neededBytes'> & { readonly freeBytes: number },
  memory: Pick<MemoryEstimate, 'neededBytes' | 'availableBytes'> | null,
): readonly string[] {
  const { neededBytes, freeBytes } = disk;
  const needed = `the run needs about ${inMb(neededBytes)} of disk`;
  const texts: string[] = [];
  if (freeBytes - neededBytes < minFreeMb * MB)
    texts.push(`${needed}, of ${inMb(freeBytes)} that are free; a stage does not begin with less than disk.minFreeMb = ${minFreeMb} free`);
  if (budgetMb !== null && neededBytes > budgetMb * MB)
    texts.push(`${needed}, more than disk.budgetMb = ${budgetMb}: it removes what it can and stops where that is not enough`);
  if (memory !== null && memory.neededBytes > memory.availableBytes)
    texts.push(
      `the run needs about ${inMb(memory.neededBytes)} of memory, of ${inMb(memory.availableBytes)} that are available: take a smaller train.batchSize, more train.microBatches, or fewer teacher.processes`,
    );
  return texts;
}
