import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { openTeacher } from '../../teacher/index.ts';
import { writeAnsweringModel } from './answering-models.ts';
import { goldenModels } from './golden-models.ts';
import { teacherContract } from './teacher.contract.ts';

const folder = mkdtempSync(join(tmpdir(), 'selfpaste-teacher-'));
after(() => rmSync(folder, { recursive: true }));

for (const [kind, model] of Object.entries(goldenModels)) {
  const path = writeAnsweringModel(join(folder, `${kind}.onnx`), model);
  teacherContract(`${kind} of constants`, (settings) => openTeacher(path, settings));
}

for (const name of ['nuclei-yoloseg', 'yolo11n-seg', 'yolo11n-seg-int8']) {
  const path = join(process.cwd(), '../shared/models', `${name}.onnx`);
  teacherContract(name, (settings) => openTeacher(path, settings), existsSync(path) ? false : `${path} is absent`);
}
