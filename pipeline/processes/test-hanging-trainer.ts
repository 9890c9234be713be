/** A process that hears a trainer's requests and answers none. For tests. */
import { serve } from './channel.ts';
import type { TrainerReply, TrainerRequest } from './messages.ts';

serve<TrainerRequest, TrainerReply>(() => new Promise(() => {}));
