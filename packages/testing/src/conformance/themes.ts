/** The whole contract: each theme's rules are in a file of its own. */
import { appending, appendingNothing, expecting } from './appending.ts';
import { badInput } from './bad-input.ts';
import { commandLog } from './command-log.ts';
import { concurrency } from './concurrency.ts';
import { deleting, reviving } from './deleting.ts';
import { endingSubscriptions } from './ending-subscriptions.ts';
import { exactness } from './exactness.ts';
import { failuresOfOthers } from './failures-of-others.ts';
import { filtering } from './filtering.ts';
import { followingLive } from './following-live.ts';
import { openingAndClosing } from './opening-and-closing.ts';
import { progressing } from './progressing.ts';
import { readModels } from './read-models.ts';
import { readingAll } from './reading-all.ts';
import { readingStreams } from './reading-streams.ts';
import { repeating } from './repeating.ts';
import type { Rules } from './rule.ts';
import { appendingToSeveralStreams } from './several-streams.ts';
import { snapshots } from './snapshots.ts';
import { streamMetadata } from './stream-metadata.ts';
import { subscribing } from './subscribing.ts';
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
  filter: filtering,
  exactness,
  delete: deleting,
  revival: reviving,
  tombstone: tombstones,
  truncation: truncating,
  'stream metadata': streamMetadata,
  subscription: subscribing,
  progress: progressing,
  'live subscription': followingLive,
  'end of a subscription': endingSubscriptions,
  concurrency,
  'command log': commandLog,
  'read models': readModels,
  snapshots,
  'opening and closing': openingAndClosing,
  'bad input': badInput,
  'failures of others': failuresOfOthers,
} satisfies Readonly<Record<string, Rules>>;
