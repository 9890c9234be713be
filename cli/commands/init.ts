import { existsSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { Command } from 'commander';
import { commentedConfig, type RunConfigInput } from '../../config/index.ts';
import { SelfpasteError } from '../../core/index.ts';
import { type DatasetSketch, sketchDataset, writeFileAtomic } from '../../dataset/index.ts';
import { print, printJson } from '../print.ts';

interface InitOptions {
  readonly out?: string;
  readonly force: boolean;
  readonly json: boolean;
}

export function initCommand(): Command {
  return new Command('init')
    .description('Look at a folder of data and write a commented selfpaste.yaml for it.')
    .argument('[folder]', 'folder with COCO files and pictures', '.')
    .option('--out <file>', 'file to write; FOLDER/selfpaste.yaml by default')
    .option('--force', 'write over an existing file', false)
    .option('--json', 'facts as JSON', false)
    .action(init);
}

async function init(folder: string, { out, force, json }: InitOptions): Promise<void> {
  const file = resolve(out ?? join(folder, 'selfpaste.yaml'));
  if (existsSync(file) && !force)
    throw new SelfpasteError(
      'USAGE_FILE_EXISTS',
      `Expected no file yet at ${file}`,
      'give --force to write over it, or another file with --out',
    );
  const sketch = await sketchDataset(folder);
  await writeFileAtomic(file, commentedConfig(configOf(sketch, dirname(file))));
  if (json) return printJson({ file, ...sketch });
  const { labeled, validation, unlabeled } = sketch;
  print(
    [
      `labeled     ${labeled.annotations} (${labeled.pictures} pictures)`,
      `validation  ${validation.annotations} (${validation.pictures} pictures)`,
      `unlabeled   ${unlabeled === null ? 'none found: only round 0 will run' : (unlabeled.list ?? unlabeled.images)}`,
      `wrote       ${file}`,
      `next        selfpaste plan -c ${relative('.', file) || file}`,
    ].join('\n'),
  );
}

function configOf({ labeled, validation, unlabeled }: DatasetSketch, base: string): RunConfigInput {
  const path = (absolute: string) => relative(base, absolute) || '.';
  return {
    data: {
      labeled: { annotations: path(labeled.annotations), images: path(labeled.images) },
      validation: { annotations: path(validation.annotations), images: path(validation.images) },
      unlabeled: unlabeled && { images: path(unlabeled.images), list: unlabeled.list && path(unlabeled.list) },
    },
  };
}
