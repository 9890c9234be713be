/** A picture's name as a path that stays in its folder: no `..`, no root, no drive. */
export function safePath(fileName: string): string {
  const steps = fileName.replaceAll('\\', '/').split('/');
  const kept = steps.map((step) => step.replace(/^[a-z]:$/i, '')).filter((step) => step !== '' && step !== '.' && step !== '..');
  return kept.join('/') || 'picture';
}

/** A path without the ending of its file's name. */
export const withoutEnding = (path: string): string => path.replace(/(?<=[^/])\.[^./]+$/, '');

/** How a picture's label file may be called, without its ending: as the picture without its own, which tools look for, or as all of it. */
export function spellings(fileName: string): readonly string[] {
  const safe = safePath(fileName);
  return [...new Set([withoutEnding(safe), safe])];
}

/**
 * Names for label files that say nothing but the name of their picture: of its {@link spellings} the first that no other picture may have,
 * in no case of letters, else a numbered one. The same pictures in the same order have the same names.
 */
export function labelNames(fileNames: Iterable<string>): ReadonlyMap<string, string> {
  const all = [...new Set(fileNames)];
  const claims = new Map<string, number>();
  for (const fileName of all)
    for (const spelling of new Set(spellings(fileName).map((one) => one.toLowerCase())))
      claims.set(spelling, (claims.get(spelling) ?? 0) + 1);
  const numbered = (name: string): string => {
    let number = 2;
    while (claims.has(`${name} ${number}`.toLowerCase())) number++;
    claims.set(`${name} ${number}`.toLowerCase(), 1);
    return `${name} ${number}`;
  };
  return new Map(
    all.map((fileName) => [
      fileName,
      spellings(fileName).find((one) => claims.get(one.toLowerCase()) === 1) ?? numbered(safePath(fileName)),
    ]),
  );
}

/** Gives each picture a label file of its own, beside where the picture is; pictures that differ in their ending alone keep it. */
export class LabelPaths {
  readonly #ending: string;
  readonly #taken = new Set<string>();

  /** @param ending of label files, with its dot */
  constructor(ending: string) {
    this.#ending = ending;
  }

  next(fileName: string): string {
    const free = spellings(fileName).find((name) => !this.#taken.has(name.toLowerCase())) ?? this.#numbered(safePath(fileName));
    this.#taken.add(free.toLowerCase());
    return `${free}${this.#ending}`;
  }

  #numbered(name: string): string {
    let number = 2;
    while (this.#taken.has(`${name} ${number}`.toLowerCase())) number++;
    return `${name} ${number}`;
  }
}
