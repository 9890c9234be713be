/** A process that speaks as a trainer does and has nothing to train with. For tests. */
import { serve } from './channel.ts';
import type { TrainerReply, TrainerRequest } from './messages.ts';

serve<TrainerRequest, TrainerReply>(async (_request, reply) => {
  reply({ kind: 'failed', error: { code: 'ENVIRONMENT_NO_TENSORFLOW', message: 'Expected TensorFlow, got none', hint: 'set it up' } });
});
