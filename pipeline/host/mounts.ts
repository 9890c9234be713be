/** A file system and where it hangs. */
export interface Mount {
  /** Device, or server and share. */
  readonly source: string;
  readonly folder: string;
  readonly type: string;
}

/** The text of `/proc/self/mounts`, in the order of mounting. */
export function parseMounts(text: string): readonly Mount[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [source = '', folder = '', type = ''] = line.split(' ').map(unescaped);
      return { source, folder, type };
    });
}

/** The kernel writes spaces, tabs, line ends and backslashes as three octal digits. */
const unescaped = (word: string): string =>
  word.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));

/** The file system of an absolute path without links: the deepest one above it, and of those at one place the last. */
export function mountOf(path: string, mounts: readonly Mount[]): Mount | undefined {
  const holds = ({ folder }: Mount) => folder === '/' || path === folder || path.startsWith(`${folder}/`);
  return mounts
    .filter(holds)
    .reduce<Mount | undefined>((best, mount) => (!best || mount.folder.length >= best.folder.length ? mount : best), undefined);
}
