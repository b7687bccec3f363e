/**
 * What the runs of all processes did together. One durable checkpoint went from commit to commit: what each run
 * committed has to fit to what another did before, without a gap and without an overlap.
 *
 * A process may die between a commit and its record of it. Where the next run begins further on than anybody recorded,
 * somebody has to have stood there before and got all of the events between.
 */
import type { Position } from '@tidemark/core';
import type { Findings } from './invariant-error.ts';
import type { LogIndex } from './log-index.ts';
import type { RunCheck } from './run-check.ts';

export interface ChainFacts {
  /** Up to here the checkpoint is known to have moved. */
  readonly checkpoint: Position;
  /** Commits that nobody lived to record. */
  readonly unrecorded: number;
}

export function checkChain(
  runs: readonly RunCheck[],
  log: LogIndex,
  { after, findings }: { after: Position; findings: Findings },
): ChainFacts {
  const inOrder = runs.toSorted((one, other) => one.start - other.start || one.committed - other.committed);
  const standing = byCommitted(inOrder);
  let checkpoint = after;
  let last: RunCheck | undefined;
  let unrecorded = 0;
  for (const run of inOrder) {
    if (run.start > checkpoint) {
      const first = log.positionAt(log.wantedFrom(log.firstAfter(checkpoint)));
      const gotIt = ({ nextPosition }: RunCheck) => nextPosition > run.start;
      if (first > run.start || standing.get(checkpoint)?.some(gotIt)) unrecorded += 1;
      else
        findings.add({
          code: 'CHECKPOINT_AHEAD',
          where: run.where,
          position: first,
          found: `a run behind checkpoint ${run.start}`,
          wanted: `a run that stood at ${checkpoint} and got everything up to there`,
        });
    } else if (run.start < checkpoint && run.committed > run.start && last !== undefined) {
      findings.add({
        code: 'COMMITS_OVERLAP',
        where: `${run.where} and ${last.where}`,
        position: run.start + 1,
        found: `${rangeOf(run)} and ${rangeOf(last)} committed`,
        wanted: 'each position committed by one run',
      });
    }
    if (run.committed > checkpoint) last = run;
    checkpoint = Math.max(checkpoint, run.start, run.committed);
  }
  return { checkpoint, unrecorded };
}

function byCommitted(runs: readonly RunCheck[]): ReadonlyMap<Position, readonly RunCheck[]> {
  const standing = new Map<Position, RunCheck[]>();
  for (const run of runs) {
    const there = standing.get(run.committed);
    if (there === undefined) standing.set(run.committed, [run]);
    else there.push(run);
  }
  return standing;
}

function rangeOf({ start, committed }: RunCheck): string {
  return `${start + 1} to ${committed}`;
}
