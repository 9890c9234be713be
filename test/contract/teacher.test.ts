import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { openTeacher } from '../../teacher/index.ts';
import { teacherContract } from './teacher.contract.ts';
import { catAndDog, writeTinyModel } from './teacher-models.ts';

const folder = mkdtempSync(join(tmpdir(), 'selfpaste-teacher-'));
after(() => rmSync(folder, { recursive: true }));

const tiny = writeTinyModel(join(folder, 'tiny.onnx'), catAndDog);
teacherContract('a model of constants', (settings) => openTeacher(tiny, settings));

for (const name of ['nuclei-yoloseg', 'yolo11n-seg', 'yolo11n-seg-int8']) {
  const path = join(process.cwd(), '../shared/models', `${name}.onnx`);
  teacherContract(name, (settings) => openTeacher(path, settings), existsSync(path) ? false : `${path} is absent`);
}
