/** The labeler process: decode, detect, answer. It never touches the database. */
import { errorFacts, SelfpasteError } from '../../core/index.ts';
import { decodeImage } from '../../dataset/index.ts';
import { openTeacher, type Teacher } from '../../teacher/index.ts';
import { serve } from './channel.ts';
import type { LabelerReply, LabelerRequest } from './messages.ts';

let teacher: Teacher | null = null;

serve<LabelerRequest, LabelerReply>(async (request, reply) => {
  if (request.kind === 'open') {
    teacher = await openTeacher(request.model, request.settings);
    reply({ kind: 'opened' });
    return;
  }
  reply(await detect(teacher as Teacher, request.id, request.path));
});

/** A picture that cannot be decoded is an answer; a model that cannot run is a failure. */
async function detect(teacher: Teacher, id: number, path: string): Promise<LabelerReply> {
  const startedMs = performance.now();
  try {
    const image = await decodeImage(path);
    const detections = await teacher.detect(image);
    return { kind: 'detected', id, size: image.size, detections, durationMs: Math.round(performance.now() - startedMs) };
  } catch (error) {
    if (error instanceof SelfpasteError && error.code.startsWith('DATA_')) return { kind: 'unusable', id, reason: error.message };
    return { kind: 'failed', error: errorFacts(error) };
  }
}
