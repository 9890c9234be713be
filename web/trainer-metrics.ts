/** The parts of what a student learns from, as the trainer tells them. */
export const LOSSES = ['loss', 'supLoss', 'unsupLoss', 'classLoss', 'boxLoss', 'dflLoss', 'maskLoss'] as const;
/** What batches held: objects a picture, and those that were dropped, by reason. */
export const BATCH_FACTS = ['objects', 'droppedOutside', 'droppedTooSmall', 'droppedOccluded', 'droppedOverLimit'] as const;
