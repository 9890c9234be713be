/**
 * Something of the outside world that was left out or repaired, in words for people.
 * `reason` is a short stable code that can be counted; `detail` is the sentence.
 */
export interface Issue {
  readonly file: string;
  /** What it is about: `image 3`, `annotation 17`, `line 4`, or a file's name. */
  readonly subject: string;
  readonly reason: string;
  readonly detail: string;
}

/** Collects the issues of one file, in the order in which they were found. */
export class IssueLog {
  readonly file: string;
  readonly issues: Issue[] = [];

  constructor(file: string) {
    this.file = file;
  }

  add(subject: string, reason: string, detail: string): void {
    this.issues.push({ file: this.file, subject, reason, detail });
  }

  /** How often each reason came and the first detail, in one line: `3 bad-id, 1 absent (image 2: there is no file ...)`. */
  summary(): string {
    const counts = new Map<string, number>();
    for (const { reason } of this.issues) counts.set(reason, (counts.get(reason) ?? 0) + 1);
    const first = this.issues[0];
    const list = [...counts].map(([reason, count]) => `${count} ${reason}`).join(', ');
    return first ? `${list} (${first.subject}: ${first.detail})` : 'the file lists none';
  }
}
