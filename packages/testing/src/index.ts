/** The public surface of `@tidemark/testing`, under headings. What is not named here is internal. */

// Store conformance: bind it to a store with any test runner
export { type ConformanceTarget, type DeclareTest, storeConformance } from './conformance/conformance.ts';

// Time and ids that a test decides
export { countedId, countingIds } from './counting-ids.ts';
export { type ManualClock, manualClock } from './manual-clock.ts';
