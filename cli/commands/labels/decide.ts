import { Command } from 'commander';
import type { ActionId } from '../../../core/index.ts';
import type { Judgement, RunDatabase } from '../../../db/index.ts';
import { type Target, type TargetKind, type TargetOf, targetNamed } from '../../../pipeline/index.ts';
import { print, printable, printJson } from '../../print.ts';
import { RUN_HELP, withRun } from './open-run.ts';
import { type QueryOptions, withQuery } from './query-options.ts';
import { type SignatureOptions, withSignature } from './signature.ts';
import { isSpokenOf } from './standing.ts';
import { foundBy, requireOneWay, spokenOf, subjectOf } from './targets.ts';

export function acceptCommand(): Command {
  return decisionCommand(new Command('accept').description('Labels that are right: kept in every later selection, with full weight.'), {
    verdict: 'accepted',
    kinds: ['prediction'],
    judge: (_, target) => ({ ...target, verdict: 'accepted' }),
  });
}

export function rejectCommand(): Command {
  return decisionCommand(
    new Command('reject').description('Labels, or all of a picture, that are wrong: dropped in every later selection.'),
    {
      verdict: 'rejected',
      kinds: ['prediction', 'drawn', 'image'],
      judge: (_, target) => ({ ...target, verdict: 'rejected' }),
    },
  );
}

export function withdrawCommand(): Command {
  return decisionCommand(new Command('withdraw').description('Decisions that no longer count: the policy decides again.'), {
    verdict: 'withdrawn',
    kinds: ['prediction', 'drawn', 'image'],
    narrow: spokenOf,
    appliesTo: isSpokenOf,
    judge: (_, target) => ({ ...target, verdict: 'withdrawn' }),
  });
}

/** Options of every command that decides about labels. */
export interface DecisionOptions extends QueryOptions, SignatureOptions {
  readonly run?: string;
  readonly dryRun: boolean;
  readonly json: boolean;
}

/** One decision about many labels. */
export interface Decision<Kind extends TargetKind, Options extends DecisionOptions> {
  /** As `accepted`: what the labels are then. */
  readonly verdict: string;
  readonly kinds: readonly Kind[];
  /** The query that is meant where labels are named by one; as it is written by default. */
  readonly narrow?: (query: QueryOptions) => QueryOptions;
  /** Where labels are named by ids: those that there is anything to say of; all by default. */
  readonly appliesTo?: (db: RunDatabase, target: Target) => boolean;
  readonly judge: (db: RunDatabase, target: TargetOf<Kind>, options: Options) => Judgement;
}

/** Adds the arguments and options of a decision to a command. */
export function decisionCommand<Kind extends TargetKind, Options extends DecisionOptions>(
  command: Command,
  decision: Decision<Kind, Options>,
): Command {
  command.argument('[ids...]', 'ids of labels; without any, the labels that the options of a query find').option('--run <run>', RUN_HELP);
  return withSignature(withQuery(command))
    .option('--dry-run', 'only say how many', false)
    .option('--json', 'as JSON', false)
    .action((ids: readonly string[], options: Options) => decide(ids, options, decision));
}

function decide<Kind extends TargetKind, Options extends DecisionOptions>(
  ids: readonly string[],
  options: Options,
  decision: Decision<Kind, Options>,
): Promise<void> {
  requireOneWay(ids, options);
  const { dryRun, json } = options;
  const { verdict, judge } = decision;
  return withRun(options.run, dryRun ? 'read' : 'write', (db) => {
    const targets = targetsOf(db, ids, options, decision);
    const subject = subjectOf(db, ids, options);
    const judgements = targets.map((target) => judge(db, target, options));
    if (dryRun || targets.length === 0) return report(json, { verdict, subject, labels: targets.length, action: null });
    report(json, { verdict, subject, ...recordDecision(db, judgements, options, subject) });
  });
}

function targetsOf<Kind extends TargetKind, Options extends DecisionOptions>(
  db: RunDatabase,
  ids: readonly string[],
  options: Options,
  { kinds, narrow = (query) => query, appliesTo = () => true }: Decision<Kind, Options>,
): TargetOf<Kind>[] {
  if (ids.length === 0) return foundBy(db, narrow(options), kinds);
  return ids.map((id) => targetNamed(id, kinds)).filter((target) => appliesTo(db, target));
}

/** Writes all judgements as one action; a wrong one leaves nothing. */
export function recordDecision(
  db: RunDatabase,
  judgements: readonly Judgement[],
  { who, why }: SignatureOptions,
  subject: string,
): { readonly labels: number; readonly action: ActionId } {
  const { action, recorded } = db.verdicts.record(judgements, { who, why, subject, atMs: Date.now() });
  return { labels: recorded, action };
}

/** What a command did about labels; without an action nothing was written. */
export interface DecisionFacts {
  readonly verdict: string;
  readonly subject: string;
  readonly labels: number;
  readonly action: number | null;
}

export function report(json: boolean, facts: DecisionFacts): void {
  if (json) printJson(facts);
  else print(decisionText(facts));
}

function decisionText({ verdict, subject, labels, action }: DecisionFacts): string {
  const what = labelCount(labels);
  if (action === null) return `${what} to be ${verdict} (${printable(subject)}); nothing was written`;
  return `${what} ${verdict} (${printable(subject)}): ${actionText(action)}`;
}

export const labelCount = (count: number): string => `${count} ${count === 1 ? 'label' : 'labels'}`;

/** The number of an action, and what it is good for. */
export const actionText = (action: number): string => `action ${action}\ntake it back with: selfpaste labels undo ${action}`;
