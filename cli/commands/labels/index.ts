import { Command } from 'commander';
import { contactSheetCommand } from './contact-sheet.ts';
import { drawCommand, editCommand, relabelCommand } from './correct.ts';
import { acceptCommand, rejectCommand, withdrawCommand } from './decide.ts';
import { diffCommand } from './diff.ts';
import { donateCommand, undonateCommand } from './donate.ts';
import { exportCommand } from './export.ts';
import { historyCommand, undoCommand } from './history.ts';
import { importCommand } from './import.ts';
import { listCommand } from './list.ts';
import { policyCommand } from './policy.ts';
import { qualityCommand } from './quality.ts';
import { restoreCommand } from './restore.ts';
import { retryCommand } from './retry.ts';
import { showCommand } from './show.ts';
import { snapshotCommand } from './snapshot.ts';
import { statsCommand } from './stats.ts';
import { suspectsCommand } from './suspects.ts';
import { upgradeCommand } from './upgrade.ts';

/** The pseudo-label database: to ask, to decide, to exchange, in this order. */
export function labelsCommand(): Command {
  const labels = new Command('labels').description('The pseudo-label database of a run: what the teacher said, and what became of it.');
  const commands = [
    statsCommand,
    listCommand,
    showCommand,
    contactSheetCommand,
    diffCommand,
    suspectsCommand,
    policyCommand,
    qualityCommand,
    acceptCommand,
    rejectCommand,
    relabelCommand,
    editCommand,
    drawCommand,
    withdrawCommand,
    undoCommand,
    historyCommand,
    donateCommand,
    undonateCommand,
    exportCommand,
    importCommand,
    retryCommand,
    snapshotCommand,
    restoreCommand,
    upgradeCommand,
  ];
  for (const command of commands) labels.addCommand(command());
  return labels;
}
