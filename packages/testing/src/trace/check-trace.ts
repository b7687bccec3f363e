/**
 * Holds the traces of a consumer to the log: order, completeness, uniqueness, and checkpoints that never say more than
 * was done. What is checked is what was recorded: the same traces and the same log give the same verdict, at any time.
 *
 * A consumer here is one that gets the log in its order. Several processes may be it in turn, or stand by.
 */
import { ArgumentError, assertObject, assertPlace, type Position } from '@tidemark/core';
import { checkChain } from './commit-chain.ts';
import { Findings } from './invariant-error.ts';
import { LogIndex, type LogView, type TraceableLog } from './log-index.ts';
import type { RunCheck } from './run-check.ts';
import type { Trace } from './trace-entry.ts';
import { type Build, TraceRuns } from './trace-runs.ts';

export interface TraceOptions extends LogView {
  /** Where the consumer began without a checkpoint; default 0, before the first event. */
  readonly after?: Position | undefined;
  /**
   * How far the consumer has to have come: committed where it commits, otherwise delivered. Default: nowhere, only
   * what was recorded is judged.
   */
  readonly upTo?: Position | undefined;
  /**
   * True for a consumer inside the transaction that appends: what it saw may have been rolled back, so that events
   * which the log does not have are no violation. Default false.
   */
  readonly transactional?: boolean | undefined;
}

/** What was checked, where nothing was found. */
export interface TraceReport {
  readonly traces: number;
  /** From one restart to the next. */
  readonly runs: number;
  /** Events delivered, those that came again after a restart too. */
  readonly delivered: number;
  readonly redelivered: number;
  readonly commits: number;
  /** Commits that no process lived to record, known from where the next run began. */
  readonly unrecordedCommits: number;
  /** Builds of the model: one more than there were resets. */
  readonly builds: number;
  /** Where the last build's checkpoint was known to be. */
  readonly checkpoint: Position;
  /** Traces whose last line was cut off, as by a kill. */
  readonly cut: readonly string[];
}

/**
 * Resolves when everything that was recorded is as it must be. Call it when the consumers are at rest; several traces are
 * of one consumer. Throws `InvariantError` with the first violations, `UnreadableTraceError`, `ArgumentError`, and what
 * reading the log throws.
 *
 * @example
 * await checkTrace(trace, stores.events, { filter: { types: ['MoneyDeposited'] }, upTo: await stores.events.head() });
 */
export async function checkTrace(
  traces: Trace | Iterable<Trace>,
  log: TraceableLog,
  options: TraceOptions = {},
): Promise<TraceReport> {
  const all = tracesOf(traces);
  assertObject('options', options);
  const { after = 0, upTo, transactional = false, ...view } = options;
  assertPlace('after', after);
  if (upTo !== undefined) assertPlace('upTo', upTo);
  const findings = new Findings();
  const index = await LogIndex.read(log, view);
  const check = new TraceRuns(index, findings, { after, transactional });
  for (const trace of all) check.read(trace);
  const last = Math.max(0, ...check.builds.keys());
  let [checkpoint, unrecordedCommits] = [after, 0];
  for (const [number, build] of check.builds) {
    const facts = checkChain(build.runs, index, { after, findings });
    unrecordedCommits += facts.unrecorded;
    if (number === last) checkpoint = facts.checkpoint;
  }
  if (upTo !== undefined) assertComplete(check.builds.get(last), { checkpoint, after, upTo }, index, findings);
  findings.assertNone();
  const { runs, delivered, redelivered, commits, cut } = check;
  const builds = Math.max(1, check.builds.size);
  return {
    ...{ traces: all.length, runs, delivered, redelivered, commits },
    ...{ unrecordedCommits, builds, checkpoint, cut },
  };
}

function tracesOf(traces: Trace | Iterable<Trace>): readonly Trace[] {
  const isList = typeof traces === 'object' && traces !== null && Symbol.iterator in traces;
  const all = isList ? [...traces] : [traces as Trace];
  if (all.length === 0) throw new ArgumentError('traces', 'none', 'at least one');
  for (const trace of all) {
    if (typeof trace?.entries !== 'function')
      throw new ArgumentError('traces', String(trace), 'a ConsumerTrace, or what `readTrace` gives');
  }
  return all;
}

function assertComplete(
  build: Build | undefined,
  { checkpoint, after, upTo }: { checkpoint: Position; after: Position; upTo: Position },
  log: LogIndex,
  findings: Findings,
): void {
  const runs = build?.runs ?? [];
  const commits = checkpoint > after;
  let position = log.positionAt(log.wantedFrom(log.firstAfter(checkpoint)));
  if (!commits) position = furthest(runs, position);
  if (position > upTo) return;
  const [run] = runs.slice(-1);
  findings.add({
    code: 'INCOMPLETE',
    where: run?.where ?? 'traces without a run',
    position,
    found: commits ? `the checkpoint at ${checkpoint}` : 'the last run ended before it',
    wanted: `everything up to ${upTo}`,
  });
}

/** The position of the first wanted event that the furthest run did not get. */
function furthest(runs: readonly RunCheck[], first: Position): Position {
  let position = first;
  for (const { nextPosition } of runs) position = Math.max(position, nextPosition);
  return position;
}
