import { Command } from 'commander';
import { expectation, SelfpasteError, type VerdictId } from '../../../core/index.ts';
import type { RunDatabase } from '../../../db/index.ts';
import { type LabelRef, labelName, standingLabel, targetNamed, userName } from '../../../pipeline/index.ts';
import { print, printable } from '../../print.ts';
import { labelCount, report } from './decide.ts';
import { RUN_HELP, withRun } from './open-run.ts';
import { type QueryOptions, withQuery } from './query-options.ts';
import { type SignatureOptions, withSignature } from './signature.ts';
import { foundBy, requireOneWay, spokenOf, subjectOf } from './targets.ts';

interface DonorOptions extends QueryOptions {
  readonly run?: string;
  readonly who: string;
  readonly dryRun: boolean;
  readonly json: boolean;
}

type DonateOptions = DonorOptions & SignatureOptions;

export function donateCommand(): Command {
  const command = new Command('donate')
    .description('Makes labels that people accepted, corrected or drew donors of Copy-Paste, from the next selection on.')
    .argument('[ids...]', 'ids of labels; without any, the accepted labels that a query finds, or those of another --verdict');
  return withSignature(withDonors(command)).action((ids: readonly string[], options: DonateOptions) => {
    requireOneWay(ids, options);
    return withRun(options.run, options.dryRun ? 'read' : 'write', (db) => donate(db, ids, options));
  });
}

export function undonateCommand(): Command {
  const command = new Command('undonate')
    .description('Labels that are no longer donors, from the next selection on. No action of its own: `donate` makes donors of them again.')
    .argument('[ids...]', 'ids of labels; without any, the donors that a query finds')
    .option('--who <name>', 'who takes them back; the user name of this machine by default', userName());
  return withDonors(command).action((ids: readonly string[], options: DonorOptions) => {
    requireOneWay(ids, options);
    return withRun(options.run, options.dryRun ? 'read' : 'write', (db) => undonate(db, ids, options));
  });
}

const withDonors = (command: Command): Command =>
  withQuery(command.option('--run <run>', RUN_HELP)).option('--dry-run', 'only say how many', false).option('--json', 'as JSON', false);

function donate(db: RunDatabase, ids: readonly string[], options: DonateOptions): void {
  const { who, why, dryRun, json } = options;
  const subject = subjectOf(db, ids, options);
  const donors = donorsNow(db);
  const labels = labelsOf(db, ids, { verdict: 'accepted', ...options });
  const verdicts = new Set(labels.map((label) => vouchedFor(db, label)).filter((verdict) => !donors.has(verdict)));
  const writes = !dryRun && verdicts.size > 0;
  const action = writes ? db.donations.add(verdicts, { who, why, subject, atMs: Date.now() }).action : null;
  report(json, { verdict: 'donated', subject, labels: verdicts.size, action });
}

function undonate(db: RunDatabase, ids: readonly string[], options: DonorOptions): void {
  const { who, dryRun, json } = options;
  const donors = donorsNow(db);
  const labels = labelsOf(db, ids, spokenOf(options));
  const said = labels.flatMap((label) => standingLabel(db, label).verdict?.id ?? []);
  const verdicts = new Set(said.filter((verdict) => donors.has(verdict)));
  const facts = { verdict: 'undonated', subject: subjectOf(db, ids, options), labels: verdicts.size, action: null };
  const writes = !dryRun && verdicts.size > 0;
  if (writes) withdrawAll(db, verdicts, who);
  if (json || !writes) report(json, facts);
  else print(`${labelCount(verdicts.size)} undonated (${printable(facts.subject)})`);
}

const withdrawAll = (db: RunDatabase, verdicts: Iterable<VerdictId>, who: string): void =>
  db.transaction(() => {
    for (const verdict of verdicts) db.donations.withdrawVerdict(verdict, { who, atMs: Date.now() });
  });

/** The verdicts whose labels are donors of the first round that is not frozen. */
function donorsNow(db: RunDatabase): ReadonlySet<VerdictId> {
  const frozen = db.rounds.all().filter(({ selection }) => selection.state === 'frozen');
  return new Set(db.donations.ofRound(Math.max(0, ...frozen.map(({ index }) => index)) + 1).map(({ verdict }) => verdict));
}

const KINDS = ['prediction', 'drawn'] as const;

const labelsOf = (db: RunDatabase, ids: readonly string[], options: QueryOptions): LabelRef[] =>
  ids.length > 0 ? ids.map((id) => targetNamed(id, KINDS)) : foundBy(db, options, KINDS);

/** The verdict that stands behind a label. @throws SelfpasteError USAGE_NOT_DONATABLE where nobody said that it is one */
function vouchedFor(db: RunDatabase, label: LabelRef): VerdictId {
  const { verdict } = standingLabel(db, label);
  if (verdict !== null && verdict.verdict !== 'rejected') return verdict.id;
  throw new SelfpasteError(
    'USAGE_NOT_DONATABLE',
    expectation('donor', 'a label that a person accepted, corrected or drew', labelName(label)),
    `accept it first: \`selfpaste labels accept ${labelName(label)}\``,
  );
}
