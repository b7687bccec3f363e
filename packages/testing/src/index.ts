/** The public surface of `@tidemark/testing`, under headings. What is not named here is internal. */

// Store conformance: bind it to a store with any test runner
export { applicationConformance } from './application/application-conformance.ts';
export { storeConformance } from './conformance/conformance.ts';
export type { ConformanceTarget, DeclareTest } from './conformance/declare-rules.ts';
// Recorded events, time and ids that a test decides
export { countedId, countingIds } from './counting-ids.ts';
export { type ManualClock, manualClock } from './manual-clock.ts';
// Properties of stores: random calls compared with a plain model of a log
export { storableValues } from './model/storable-values.ts';
export { type PropertyOptions, storeProperties } from './model/store-properties.ts';
// Rules of aggregates and deciders: given, when, then
export type { ErrorClass } from './scenario/failures.ts';
export { Given, given, When } from './scenario/given.ts';
export { type ExpectedLetter, Projecting, type ProjectingOptions, projecting } from './scenario/projecting.ts';
export { type Envelope, recorded, recordedStream } from './scenario/recorded.ts';
export type { CommandOptions, ScenarioOptions } from './scenario/runs.ts';
// Consumers held to the log: what they saw, recorded, checked now or later
export { checkModelAgainstReplay, type KeyedDocuments } from './trace/check-model.ts';
export { checkTrace, type TraceOptions, type TraceReport } from './trace/check-trace.ts';
export { ConsumerTrace, type ConsumerTraceOptions, type SeenEvent, type TracePlace } from './trace/consumer-trace.ts';
export { InvariantError, UnreadableTraceError, type Violation, type ViolationCode } from './trace/invariant-error.ts';
export type { LoggedEvent, LogView, TraceableLog } from './trace/log-index.ts';
export type { Trace, TraceEntry } from './trace/trace-entry.ts';
export { readTrace } from './trace/trace-lines.ts';
export { tracedStore } from './trace/traced-store.ts';
