/** What the suite of kurrent.isolated.test.ts needs of TIDEMARK_EVENTSTOREDB through the other client, in short. */
import assert from 'node:assert/strict';
import { eventStoreDB } from '../src/index.ts';
import { idsOf, noStream, numbered } from './adapter/saying.ts';
import { through } from './kurrent-target.ts';
import { ownPart } from './own-part.ts';

const provider = await ownPart(eventStoreDB(through(process.env['TIDEMARK_EVENTSTOREDB'] ?? '')));
const { events, close } = await provider.open();
const given = numbered(3);
const ids = given.map(({ eventId }) => eventId);
await events.append('account-1', given, noStream);
assert.deepEqual(await idsOf(events.readStream('account-1')), ids);
assert.deepEqual(await idsOf(events.readAll()), ids);
const seen: string[] = [];
for await (const message of events.subscribeToAll()) {
  if (message.kind === 'events') seen.push(...message.events.map(({ eventId }) => eventId));
  if (seen.length >= ids.length) break;
}
assert.deepEqual(seen, ids);
await close();
// What the client's addon keeps open is its own affair.
process.exit();
