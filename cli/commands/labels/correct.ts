import { Command } from 'commander';
import { readMaskFile } from '../../../dataset/index.ts';
import { drawnBy } from '../../../db/index.ts';
import { redrawn, relabeled, requireImage, targetNamed } from '../../../pipeline/index.ts';
import { print, printable, printJson } from '../../print.ts';
import { actionText, type DecisionOptions, decisionCommand, recordDecision, report } from './decide.ts';
import { RUN_HELP, withRun } from './open-run.ts';
import { categoryNamed } from './query-options.ts';
import { type SignatureOptions, withSignature } from './signature.ts';

export function relabelCommand(): Command {
  const command = new Command('relabel')
    .description('Labels that are of another class; their masks stay.')
    .requiredOption('--to <class>', 'the class that they are of');
  return decisionCommand(command, {
    verdict: 'corrected',
    kinds: ['prediction', 'drawn'],
    judge: (db, target, { to }: DecisionOptions & { readonly to: string }) => relabeled(db, target, categoryNamed(db, '--to', to)),
  });
}

interface MaskOptions extends SignatureOptions {
  readonly mask: string;
  readonly run?: string;
  readonly json: boolean;
}

/** Options of the commands that take the mask of one object. */
const withMask = (command: Command): Command =>
  withSignature(command)
    .requiredOption('--mask <file>', "the object's mask: a picture that is white on it, or a COCO segmentation as JSON")
    .option('--run <run>', RUN_HELP)
    .option('--json', 'as JSON', false);

export function editCommand(): Command {
  const command = new Command('edit')
    .description('Puts another mask in the place of a label; its class stays unless another is named.')
    .argument('<id>', 'id of the label')
    .option('--to <class>', 'the class that it is of');
  return withMask(command).action((id: string, options: MaskOptions & { readonly to?: string }) =>
    withRun(options.run, 'write', async (db) => {
      const target = targetNamed(id, ['prediction', 'drawn']);
      const category = options.to === undefined ? undefined : categoryNamed(db, '--to', options.to);
      const judgement = await redrawn(db, target, { category, mask: (size) => readMaskFile(options.mask, size) });
      report(options.json, { verdict: 'corrected', subject: id, ...recordDecision(db, [judgement], options, id) });
    }),
  );
}

export function drawCommand(): Command {
  const command = new Command('draw')
    .description('Adds an object that no model found.')
    .argument('<image>', 'its picture, as i and its id in the run')
    .requiredOption('--to <class>', 'its class');
  return withMask(command).action((name: string, options: MaskOptions & { readonly to: string }) =>
    withRun(options.run, 'write', async (db) => {
      const { image } = targetNamed(name, ['image']);
      const category = categoryNamed(db, '--to', options.to);
      const mask = await readMaskFile(options.mask, requireImage(db, image).size);
      const { action } = recordDecision(db, [{ of: 'image', image, verdict: 'drawn', category, mask }], options, name);
      const [{ drawn }] = drawnBy(db, action);
      if (options.json) printJson({ verdict: 'drawn', subject: name, labels: 1, action, drawn });
      else print(`d${drawn}: a label on ${name}, ${printable(options.to)}: ${actionText(action)}`);
    }),
  );
}
