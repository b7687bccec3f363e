/// <reference lib="esnext.disposable" preserve="true" />
/** The public surface of `@tidemark/core`, under headings. What is not named here is internal. */

export { AggregateRoot } from './aggregate/aggregate-root.ts';
export { Command, type Fields, type ResultOf } from './aggregate/command.ts';
// Commands and aggregates
export { Aggregate, AggregateId, Applies, Handles } from './aggregate/decorators.ts';
export { type AggregateClass, aggregateTypeOf } from './aggregate/to-aggregate-type.ts';
// Applications
export type {
  Application,
  CaughtUpOptions,
  ConsumerHealth,
  ConsumerLag,
  Health,
} from './application/application.ts';
export { type ApplicationOptions, createApplication } from './application/create-application.ts';
// Errors: compare `code`
export {
  AsyncProjectionError,
  CaughtUpTimeoutError,
  CheckpointMismatchError,
  CommandIdReusedError,
  ConsumerStoppedError,
  DocumentNotFoundError,
  HandlerTimeoutError,
  ProjectionRefusedError,
  ProjectionStateError,
  ReadModelNotReadyError,
  RebuildCancelledError,
  ReentrantCommandError,
  StaleReadModelError,
  StopTimeoutError,
  SubscriberFailedError,
  TruncatedHistoryError,
  UnknownCommandError,
} from './application-errors.ts';
export type { CacheOptions } from './decider/aggregate-cache.ts';
export type { AggregateFacts, AggregateType, CommandClass, Deciding, Decision } from './decider/aggregate-type.ts';
export type { CommandContext } from './decider/context.ts';
export { type Decider, type DeciderDefinition, type DeciderOptions, decider, type Loaded } from './decider/decider.ts';
export type { ExecuteOptions } from './decider/execute-options.ts';
export type { LoadUntil } from './decider/load.ts';
export type { Receipt, ReceiptEvent } from './decider/receipt.ts';
export {
  AccessDeniedError,
  AppendTooLargeError,
  ArgumentError,
  BuildGoneError,
  CheckpointFencedError,
  ClosedError,
  CommandHandledError,
  ConfigurationError,
  DomainError,
  type EventPlace,
  type FoundAndWanted,
  LeaseLostError,
  OutcomeUnknownError,
  SerializationError,
  StoreFailedError,
  type StoreFailure,
  StreamDeletedError,
  StreamNameError,
  StreamNotFoundError,
  TidemarkError,
  UnknownEventError,
  UnreadableEventError,
  UnsupportedError,
  ValidationError,
  type ValidationFailure,
  WrongExpectedRevisionError,
} from './errors.ts';
// Events
export { assertArray, assertFunction, assertKeys, assertObject } from './event/argument-kinds.ts';
export { decodeValue, type EncodedValue, encodeValue, type TypeNotes } from './event/codec.ts';
export { DomainEvent, type EventClass, type EventName } from './event/domain-event.ts';
export {
  type EventData,
  type EventMetadata,
  type JsonObject,
  type JsonValue,
  type RecordedEvent,
  StoredEvent,
} from './event/event.ts';
export { eventData } from './event/event-data.ts';
export { EventRegistry, isEvent, type RegistryOptions } from './event/event-registry.ts';
export {
  assertExpectedRevision,
  assertPlace,
  type ExpectedRevision,
  type Position,
  type Revision,
} from './event/revision.ts';
export { aggregateIdOf, assertStreamName, categoryOf, streamName } from './event/stream-name.ts';
export { type Drop, type Piece, type Reshape, type Split, type Upcaster, upcast } from './event/upcaster.ts';
export { Value, ValueClasses } from './event/value.ts';
// The memory store
export { memory } from './memory/memory.ts';
export type { ChangeOfDocument, DocumentChange, ResetOfDocuments } from './projection/document-change.ts';
export type { FindOptions, Range, Where } from './projection/document-queries.ts';
export type { DocumentPage, DocumentReader, KeyedValue } from './projection/document-reader.ts';
// Projections
export { Documents } from './projection/documents.ts';
export { eventsOf } from './projection/events-of.ts';
export type { Indexable, IndexableField } from './projection/indexable.ts';
export { type LiveProjection, type LiveValue, live } from './projection/live/live.ts';
export type { LiveStatus } from './projection/live/live-runner.ts';
export type { ParkedEvents, RetryOutcome } from './projection/parked.ts';
export {
  type ErrorPolicy,
  On,
  Projection,
  type ProjectionClass,
  type ProjectionOptions,
} from './projection/projection.ts';
export type { ProjectionState, ProjectionStatus } from './projection/projection-status.ts';
export type { ReadModel } from './projection/read-model.ts';
export type { ModelProgress, Rebuild, RebuildProgress } from './projection/rebuild.ts';
export type { TableName } from './projection/sql-template.ts';
export type { Row, TableReader } from './projection/table-reader.ts';
export { type DeclareTable, type SqlStatement, Tables } from './projection/tables.ts';
// Small parts that are injected
export { type Clock, systemClock } from './shared/clock.ts';
export type { ErrorJson } from './shared/error-json.ts';
export { type Ids, randomIds } from './shared/ids.ts';
export { Signal } from './shared/signal.ts';
// The store contract, for adapters
export { Turns } from './shared/turns.ts';
export {
  type AppendPlan,
  assertAppend,
  assertAppends,
  assertDeletable,
  assertOneKind,
  assertReadOn,
  planAppend,
  type StreamState,
  visibleFrom,
} from './store/append-rules.ts';
export {
  assertCommandId,
  assertCommandRecord,
  type CommandLog,
  type CommandRecord,
  type HandledCommand,
} from './store/command-log.ts';
// Moving a log
export { CopyMismatchError, MissingRevisionsError } from './store/copy-errors.ts';
export { type CopyOptions, type CopyProgress, type CopyResult, copyLog } from './store/copy-log.ts';
export type { DeadLetter } from './store/dead-letters.ts';
export type {
  DocumentQuery,
  FieldCondition,
  FoundDocuments,
  IndexedValue,
  QueryPlace,
} from './store/document-query.ts';
export { assertFilter, type EventFilter, type Filterable, filterTest } from './store/event-filter.ts';
export { type EventPages, eventPages } from './store/event-pages.ts';
export type {
  AppendOptions,
  AppendResult,
  EventStore,
  Expectation,
  ReadAllOptions,
  ReadStreamOptions,
  StoreCapabilities,
  StoreCondition,
  StoreLeader,
  StreamAppend,
  StreamMetadata,
  StreamMetadataChanges,
  SubscribeToAllOptions,
  SubscribeToStreamOptions,
  Subscription,
  SubscriptionMessage,
} from './store/event-store.ts';
export type { InlineProjections, InlineTransaction } from './store/inline-projections.ts';
export type { Fence, Lease, LeaseStore } from './store/lease-store.ts';
export { type Look, type PullSource, pullSubscription } from './store/pull-subscription.ts';
export type {
  BuildState,
  BuildStateChange,
  Checkpoint,
  DocumentWrite,
  KeyedDocument,
  ModelBuild,
  ModelKey,
  ModelSession,
  ModelShape,
  ModelTransaction,
  ReadModelCapabilities,
  ReadModelStore,
  StoredDocument,
  TableShape,
  TableStatement,
} from './store/read-model-store.ts';
export {
  assertOptions,
  assertReadAllOptions,
  assertReadOptions,
  assertSubscribeOptions,
} from './store/read-options.ts';
export type { Snapshot, SnapshotStore } from './store/snapshot-store.ts';
export type { StoreProvider, Stores } from './store/stores.ts';
export { changedMetadata, metadataChanges } from './store/stream-metadata.ts';
// Following the log
export type { ConsumerFilter } from './subscription/consumer-filter.ts';
export type { EventOf } from './subscription/event-of.ts';
export type { FollowOptions } from './subscription/event-streams.ts';
export type { EventTimeWindow } from './subscription/event-time-windows.ts';
export type { EventHandler, HandlerSubscription } from './subscription/handler-subscription.ts';
export type { Seed } from './subscription/keyed-state.ts';
export { inCategory, ofType } from './subscription/operators.ts';
export { type KeyedScan, type ScanByKeyOptions, scanByKey } from './subscription/scan-by-key.ts';
export { type WindowByEventTimeOptions, windowByEventTime } from './subscription/window-by-event-time.ts';
