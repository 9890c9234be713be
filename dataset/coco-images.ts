import { mapBounded, SelfpasteError, type Sha256, type Size, sameSize, showSize } from '../core/index.ts';
import { type CocoImageEntry, imageSchema, parseEntry } from './coco-schema.ts';
import { confinedFile } from './confinement.ts';
import type { FileProblem } from './file-problem.ts';
import { type ImageFacts, probeImage } from './image-file.ts';
import type { IssueLog } from './issue.ts';
import type { DataLimits } from './limits.ts';
import { realFolder } from './unlabeled.ts';

/** A picture that a COCO file names, found and readable. */
export interface CocoImageFile {
  readonly cocoId: number;
  readonly fileName: string;
  readonly path: string;
  readonly facts: ImageFacts;
}

type Found = { readonly ok: true; readonly image: CocoImageFile } | { readonly ok: false; readonly problem: FileProblem };

/** Pictures that are held in memory at the same time. */
const PROBES_AT_ONCE = 3;

/**
 * Finds and decodes every picture of a COCO file once. Left out with a reason: bad entries, ids that come twice (both: their annotations are
 * ambiguous), files that are absent, outside the folder or damaged, sizes that disagree with the file, and files with the bytes of an earlier one.
 * @throws SelfpasteError DATA_NO_IMAGES where none is left, DATA_UNREADABLE for the folder
 */
export async function readImageFiles(
  entries: readonly unknown[],
  imageRoot: string,
  limits: DataLimits,
  log: IssueLog,
): Promise<readonly CocoImageFile[]> {
  const root = await realFolder(imageRoot);
  const candidates = withoutSameIds(parseImages(entries, log), log);
  const found = await mapBounded(candidates, PROBES_AT_ONCE, (entry) => findImage(root, entry, limits));
  const images: CocoImageFile[] = [];
  const byContent = new Map<Sha256, CocoImageFile>();
  for (const [index, result] of found.entries()) {
    const first = result.ok ? byContent.get(result.image.facts.sha256) : undefined;
    const problem = result.ok ? sameContent(first) : result.problem;
    if (problem) log.add(`image ${candidates[index]?.id}`, problem.reason, problem.detail);
    else if (result.ok) {
      images.push(result.image);
      byContent.set(result.image.facts.sha256, result.image);
    }
  }
  if (images.length === 0) throw noImages(log);
  return images;
}

function parseImages(entries: readonly unknown[], log: IssueLog): CocoImageEntry[] {
  const images: CocoImageEntry[] = [];
  for (const [index, entry] of entries.entries()) {
    const parsed = parseEntry(imageSchema, entry);
    if (parsed.ok) images.push(parsed.value);
    else log.add(`image at index ${index}`, parsed.problem.reason, parsed.problem.detail);
  }
  return images;
}

function withoutSameIds(images: readonly CocoImageEntry[], log: IssueLog): CocoImageEntry[] {
  const counts = new Map<number, number>();
  for (const { id } of images) counts.set(id, (counts.get(id) ?? 0) + 1);
  for (const [id, count] of counts)
    if (count > 1)
      log.add(`image ${id}`, 'duplicate-image-id', `${count} images have this id, so that its annotations are ambiguous; all are left out`);
  return images.filter(({ id }) => counts.get(id) === 1);
}

async function findImage(root: string, entry: CocoImageEntry, { maxPixels, allowOutside }: DataLimits): Promise<Found> {
  const file = await confinedFile(root, entry.file_name, allowOutside);
  if (!file.ok) return file;
  const probe = await probeImage(file.path, 'pixels', maxPixels);
  if (!probe.ok) return { ok: false, problem: { ...probe.problem, detail: `${JSON.stringify(entry.file_name)}: ${probe.problem.detail}` } };
  const mismatch = sizeMismatch(entry, probe.facts);
  if (mismatch) return { ok: false, problem: mismatch };
  return { ok: true, image: { cocoId: entry.id, fileName: entry.file_name, path: file.path, facts: probe.facts } };
}

/** The labels' scale is unknown where the stated size is not that of the upright picture. A size that is not stated is the file's. */
function sizeMismatch(entry: CocoImageEntry, { size, orientation }: ImageFacts): FileProblem | undefined {
  const stated: Size = { width: entry.width ?? size.width, height: entry.height ?? size.height };
  if (sameSize(stated, size)) return undefined;
  const turned = orientation >= 5 ? ` (upright; its EXIF orientation is ${orientation})` : '';
  return {
    reason: 'size-mismatch',
    detail: `it is stated as ${showSize(stated)}, but ${JSON.stringify(entry.file_name)} has ${showSize(size)}${turned}`,
  };
}

function sameContent(first: CocoImageFile | undefined): FileProblem | undefined {
  if (!first) return undefined;
  return { reason: 'duplicate-image', detail: `its file has the same bytes as image ${first.cocoId} (${JSON.stringify(first.fileName)})` };
}

const noImages = (log: IssueLog) =>
  new SelfpasteError(
    'DATA_NO_IMAGES',
    `Expected at least one usable image for ${JSON.stringify(log.file)}, got none: ${log.summary()}`,
    'check the image folder and the ids and file names of the images',
  );
