import { CommandHandledError } from '../errors.ts';
import type { Clock } from '../shared/clock.ts';
import { assertAppends, assertOneKind, planAppend } from '../store/append-rules.ts';
import { assertCommandRecord, type CommandRecord } from '../store/command-log.ts';
import type { AppendResult, StreamAppend } from '../store/event-store.ts';
import type { InlineProjections } from '../store/inline-projections.ts';
import type { MemoryBuilds } from './memory-builds.ts';
import { MemoryInlineTransaction } from './memory-inline.ts';
import type { LogRow, MemoryLog } from './memory-log.ts';
import type { MemoryTransactions } from './memory-transactions.ts';

/** The appends of one opening: planned, shown to its inline projections, and only then written, so that nothing is undone. */
export class MemoryAppender {
  inline: InlineProjections | undefined;

  constructor(
    private readonly log: MemoryLog,
    private readonly models: MemoryBuilds,
    private readonly transactions: MemoryTransactions,
    private readonly clock: Clock,
  ) {}

  async append(
    appends: readonly StreamAppend[],
    command: CommandRecord | undefined,
    maxBytes: number,
  ): Promise<readonly AppendResult[]> {
    assertAppends(appends, maxBytes);
    if (command !== undefined) assertCommandRecord(command);
    if (!this.transactions.open) return this.transactions.runNow(() => this.#append(appends, command));
    const taken = appends.map((append) => ({ ...append, events: [...append.events] }));
    return this.transactions.run(() => this.#append(taken, command));
  }

  #append(appends: readonly StreamAppend[], command: CommandRecord | undefined): readonly AppendResult[] {
    if (command !== undefined && this.log.commands.has(command.commandId))
      throw new CommandHandledError(command.commandId);
    const rows: LogRow[] = [];
    const results = this.#plan(appends, rows);
    const { inline } = this;
    const transaction =
      inline === undefined || rows.length === 0 ? undefined : new MemoryInlineTransaction(this.log, this.models, rows);
    if (inline !== undefined) transaction?.project(inline);
    this.log.write(rows);
    transaction?.commit();
    const last = results[results.length - 1];
    if (command !== undefined && last !== undefined) {
      const count = appends[appends.length - 1]?.events.length ?? 0;
      const { streamName, revision, position } = last;
      this.log.commands.set(command.commandId, { ...command, streamName, revision, position, count });
    }
    this.log.changed.notify();
    if (transaction !== undefined) inline?.committed();
    return results;
  }

  /** Adds to `rows` what is to be written, and answers as if it were. */
  #plan(appends: readonly StreamAppend[], rows: LogRow[]): readonly AppendResult[] {
    const planned = appends.map((append) => {
      const { streamName, events, expectedRevision: expected } = append;
      const ids = events.map(({ eventId }) => eventId);
      const state = this.log.state(streamName);
      const plan = planAppend(state, append, ids, (revision) => this.log.inStream(streamName, revision)?.eventId);
      return { state, expected, plan, events, count: events.length };
    });
    assertOneKind(planned);
    const recordedTime = this.clock.now().getTime();
    return planned.map(({ state: { streamName, head }, plan, events }): AppendResult => {
      if (events.length === 0) return { streamName, revision: head, position: undefined, repeated: false };
      if (plan.kind === 'repeated') {
        const position = this.log.inStream(streamName, plan.revision)?.position;
        return { streamName, revision: plan.revision, position, repeated: true };
      }
      for (const [index, event] of events.entries()) {
        const position = this.log.head + rows.length + 1;
        rows.push({ event: { ...event }, streamName, revision: plan.first + index, position, recordedTime });
      }
      const position = this.log.head + rows.length;
      return { streamName, revision: plan.first + events.length - 1, position, repeated: false };
    });
  }
}
