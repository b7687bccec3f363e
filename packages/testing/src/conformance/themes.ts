/** The whole contract: each theme's rules are in a file of its own. */
import { appending, appendingNothing, expecting } from './appending.ts';
import { badInput } from './bad-input.ts';
import { builds } from './builds.ts';
import { commandLog } from './command-log.ts';
import { concurrency } from './concurrency.ts';
import { deadLetters } from './dead-letters.ts';
import { deleting, reviving } from './deleting.ts';
import { documents } from './documents.ts';
import { endingSubscriptions } from './ending-subscriptions.ts';
import { eventLoop } from './event-loop.ts';
import { exactness } from './exactness.ts';
import { failuresOfOthers } from './failures-of-others.ts';
import { filtering } from './filtering.ts';
import { followingLive } from './following-live.ts';
import { inlineGroups, inlineSeveralStreams } from './inline-groups.ts';
import { inlineProjections } from './inline-projections.ts';
import { inlineTables } from './inline-tables.ts';
import { inlineTransactions } from './inline-transactions.ts';
import { largeEvents } from './large-events.ts';
import { leasing } from './leases.ts';
import { modelChanges } from './model-changes.ts';
import { modelFences } from './model-fences.ts';
import { modelTransactions } from './model-transactions.ts';
import { moving } from './moving.ts';
import { openingAndClosing } from './opening-and-closing.ts';
import { progressing } from './progressing.ts';
import { queries } from './queries.ts';
import { randomQueries } from './random-queries.ts';
import { readingAll } from './reading-all.ts';
import { readingStreams } from './reading-streams.ts';
import { recordedTimes } from './recorded-times.ts';
import { repeating } from './repeating.ts';
import type { Rules } from './rule.ts';
import { serving } from './serving.ts';
import { appendingToSeveralStreams } from './several-streams.ts';
import { snapshots } from './snapshots.ts';
import { streamMetadata } from './stream-metadata.ts';
import { subscribing } from './subscribing.ts';
import { tableStatements } from './table-statements.ts';
import { tableViews } from './table-views.ts';
import { tables } from './tables.ts';
import { tombstones } from './tombstones.ts';
import { truncating } from './truncating.ts';

export const themes = {
  append: appending,
  'expected revision': expecting,
  'append of no events': appendingNothing,
  'repeated append': repeating,
  'append to several streams': appendingToSeveralStreams,
  'reading a stream': readingStreams,
  'reading the log': readingAll,
  'large events': largeEvents,
  filter: filtering,
  exactness,
  'recorded time': recordedTimes,
  delete: deleting,
  revival: reviving,
  tombstone: tombstones,
  truncation: truncating,
  'stream metadata': streamMetadata,
  subscription: subscribing,
  progress: progressing,
  'live subscription': followingLive,
  'the event loop': eventLoop,
  'end of a subscription': endingSubscriptions,
  concurrency,
  'command log': commandLog,
  builds,
  'served builds': serving,
  'transaction of a read model': modelTransactions,
  'fences of read models': modelFences,
  documents,
  queries,
  'random queries': randomQueries,
  'dead letters': deadLetters,
  tables,
  'statements on tables': tableStatements,
  'plain names of tables': tableViews,
  'changes of read models': modelChanges,
  leases: leasing,
  'inline projections': inlineProjections,
  'transactions of inline projections': inlineTransactions,
  'appends at once with inline projections': inlineGroups,
  'appends to several streams with inline projections': inlineSeveralStreams,
  'tables of inline projections': inlineTables,
  snapshots,
  moving,
  'opening and closing': openingAndClosing,
  'bad input': badInput,
  'failures of others': failuresOfOthers,
} satisfies Readonly<Record<string, Rules>>;
