/** The store contract on one SQLite file: checks what it is given, and hands it to the writer or to the readers. */
import {
  type AppendOptions,
  type AppendResult,
  assertAppends,
  assertCommandRecord,
  assertExpectedRevision,
  assertOptions,
  assertReadAllOptions,
  assertReadOptions,
  assertStreamName,
  assertSubscribeOptions,
  type CommandRecord,
  type EventData,
  type EventPages,
  type EventStore,
  type ExpectedRevision,
  metadataChanges,
  type Position,
  type ReadAllOptions,
  type ReadStreamOptions,
  type Revision,
  type StoreCapabilities,
  type StreamAppend,
  StreamDeletedError,
  type StreamMetadata,
  type StreamMetadataChanges,
  type SubscribeToAllOptions,
  type SubscribeToStreamOptions,
  type Subscription,
} from '@tidemark/core';
import type { OpenedFile } from './opened-file.ts';

const maxAppendBytes = 16 * 1024 * 1024;

export class SqliteEventStore implements EventStore {
  readonly capabilities: StoreCapabilities = {
    multiStreamAppend: true,
    densePositions: true,
    commandLog: true,
    inlineProjections: true,
    maxAppendBytes,
  };

  constructor(private readonly file: OpenedFile) {}

  async logId(): Promise<string> {
    this.file.assertOpen();
    return this.file.logId;
  }

  head(): Promise<Position> {
    return this.file.read(() => this.file.reader.log.head()?.position ?? 0);
  }

  async append(streamName: string, events: readonly EventData[], options: AppendOptions): Promise<AppendResult> {
    const { expectedRevision, revive, command } = options ?? {};
    const [result] = await this.#append([{ streamName, events, expectedRevision, revive }], command);
    return result as AppendResult;
  }

  async appendToStreams(
    appends: readonly StreamAppend[],
    options?: { command?: CommandRecord },
  ): Promise<readonly AppendResult[]> {
    return this.#append(appends, options?.command);
  }

  #append(appends: readonly StreamAppend[], command: CommandRecord | undefined): Promise<readonly AppendResult[]> {
    this.file.assertOpen();
    assertAppends(appends, maxAppendBytes);
    if (command !== undefined) assertCommandRecord(command);
    // The caller may go on changing its arrays while the append waits for its turn. (No object spread: it is measurably slower here.)
    const taken = appends.map(({ streamName, events, expectedRevision, revive }) => {
      return { streamName, events: events.slice(), expectedRevision, revive };
    });
    return this.file.writer.submit(this.file.appender.work(taken, command));
  }

  readStream(streamName: string, options: ReadStreamOptions = {}): EventPages {
    this.file.assertOpen();
    assertStreamName(streamName);
    assertReadOptions(options);
    return this.file.pages.stream(streamName, options);
  }

  readAll(options: ReadAllOptions = {}): EventPages {
    this.file.assertOpen();
    assertReadAllOptions(options);
    return this.file.pages.all(options);
  }

  subscribeToStream(streamName: string, options: SubscribeToStreamOptions = {}): Subscription {
    this.file.assertOpen();
    assertStreamName(streamName);
    assertSubscribeOptions(options);
    const { after, signal } = options;
    return this.file.subscriptions.toStream(streamName, after, signal);
  }

  subscribeToAll(options: SubscribeToAllOptions = {}): Subscription {
    this.file.assertOpen();
    assertSubscribeOptions(options);
    const { after, filter, signal } = options;
    return this.file.subscriptions.toAll(filter, after ?? 0, signal);
  }

  async deleteStream(streamName: string, options: { expectedRevision?: ExpectedRevision } = {}): Promise<void> {
    this.file.assertOpen();
    assertStreamName(streamName);
    assertOptions(options);
    const { expectedRevision = 'any' } = options;
    assertExpectedRevision(expectedRevision);
    return this.file.writer.submit(this.file.changer.deletion(streamName, expectedRevision));
  }

  async tombstoneStream(streamName: string, options: { expectedRevision?: ExpectedRevision } = {}): Promise<void> {
    this.file.assertOpen();
    assertStreamName(streamName);
    assertOptions(options);
    const { expectedRevision = 'any' } = options;
    assertExpectedRevision(expectedRevision);
    return this.file.writer.submit(this.file.changer.tombstone(streamName, expectedRevision));
  }

  async readStreamMetadata(streamName: string): Promise<StreamMetadata> {
    assertStreamName(streamName);
    const {
      head,
      deleted,
      tombstone,
      streamName: _,
      ...metadata
    } = await this.file.read(() => this.file.streams.state(streamName));
    if (tombstone) throw new StreamDeletedError(streamName, true);
    return structuredClone(metadata);
  }

  async changeStreamMetadata(streamName: string, changes: StreamMetadataChanges): Promise<void> {
    this.file.assertOpen();
    assertStreamName(streamName);
    return this.file.writer.submit(this.file.changer.metadata(streamName, metadataChanges(changes)));
  }

  isUnchanged(streamName: string, revision: Revision): boolean {
    return this.file.isUnchanged(streamName, revision);
  }

  close(): Promise<void> {
    return this.file.close();
  }
}
