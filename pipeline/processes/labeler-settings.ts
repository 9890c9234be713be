import { DEFAULT_LIMITS } from '../../dataset/index.ts';
import { type DetectionSettings, type Provider, type TeacherSettings, type TestTimeOptions, testTimeOff } from '../../teacher/index.ts';
import type { Arrangement } from './arrangement.ts';

/** How pictures are labeled: what counts as a detection, and what was said of how the machine is used. */
export interface LabelerSettings extends DetectionSettings {
  /** Labeler processes; 0 chooses. */
  readonly processes: number;
  /** Threads of each; 0 chooses. */
  readonly threads: number;
  /** Pictures that share a run; 0 chooses. */
  readonly batch: number;
  readonly spinning: boolean | 'auto';
  /** What shall run the model, best first. */
  readonly providers: readonly Provider[];
  readonly arena: boolean;
  readonly memoryPattern: boolean | 'auto';
  /** A process that grows past this is replaced. */
  readonly memoryLimitMb: number;
  /** Pictures with more are unusable. */
  readonly maxPixels: number;
  /** Several looks at a picture. */
  readonly testTime: TestTimeOptions;
}

/** What a configuration says unless it says something else. */
export const DEFAULT_LABELING: Omit<LabelerSettings, keyof DetectionSettings> = {
  providers: ['cpu'],
  processes: 0,
  threads: 0,
  batch: 0,
  spinning: 'auto',
  arena: true,
  memoryPattern: 'auto',
  memoryLimitMb: 2048,
  maxPixels: DEFAULT_LIMITS.maxPixels,
  testTime: testTimeOff,
};

/** Told to people. */
export type Tell = (level: 'info' | 'warn', text: string) => void;

/** The settings of each teacher of an arrangement. */
export function teacherSettingsOf(
  settings: LabelerSettings,
  { threads, spinning }: Pick<Arrangement, 'threads' | 'spinning'>,
): TeacherSettings {
  const { floor, nmsIou, maxDetections, providers, arena, memoryPattern } = settings;
  const common = { floor, nmsIou, maxDetections, providers, arena, threads, spinning };
  return memoryPattern === 'auto' ? common : { ...common, memoryPattern };
}
