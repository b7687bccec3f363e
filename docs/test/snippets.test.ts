// timeout: 180s
// The programs whose parts the pages show run; `npm run typecheck` checks their types.
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { root, runProgram } from '../../scripts/test/program.ts';

const folder = path.join(root, 'docs/snippets');

/** What a page promises that its program prints. */
const prints: Record<string, RegExp[]> = {
  'lending.ts': [
    /^book-\S+ is at revision 1$/m,
    /^BOOK_LENT: Ada has this book$/m,
    /^\{ reader: 'Ada', due: \d{4}-\S+Z \}$/m,
    /^now lent to nobody, at revision 1 to Ada$/m,
  ],
  'read-models.ts': [
    /^\[ 4 \] undefined 2$/m,
    /^PROJECTION_REFUSED inline projection 'free-seats' refused SeatBooked.*: 0 seats are left$/m,
    /^\[ \{ guest: 'Ada', seats: 7 \}, \{ guest: 'Bob', seats: 2 \} \]$/m,
    /^show-hamlet 2 Error: a booking of nobody$/m,
    /^\{ handled: 1, left: 0 \}$/m,
    /^rebuilt 4 of 4$/m,
  ],
  'testing-consumers.ts': [
    /^mailer: 40 delivered in 2 runs$/m,
    /^stock: 6 documents, as a replay gives them$/m,
    /^EVENT_SKIPPED at position 3 \(trace 'forgetful', run 1\): found position 41 without it, wanted event \S+$/m,
  ],
  'events.ts': [
    /^9998n 1 2026\nada$/m,
    /^\{"total":\{"cents":"4999","currency":"EUR"\},"items":\[\["a lamp",1\]\],"placedAt":"2026-03-01T12:00:00.000Z"\}$/m,
    /^\{"\/total\/cents":"bigint","\/total":"\.Money","\/items":"Map","\/placedAt":"Date"\}$/m,
    /^Springfield Post 3$/m,
    /^DeliveryMoved 1 undefined\nPacked 3 0\nSent 3 1$/m,
  ],
  'commands.ts': [
    /^show-hamlet 0 48$/m,
    /^false true 1$/m,
    /^WRONG_EXPECTED_REVISION 1 2$/m,
    /^\[ 'seats: isPositive' \]$/m,
    /^false 7$/m,
  ],
  'eventstoredb.ts': [/^25$/m, /^true 25$/m, /^ok esdb:\/\/127\.0\.0\.1:…$/m],
  'deciders.ts': [/^\{ status: 'open', balance: 25 \} 1$/m],
  'testing.ts': [/^recorded other events$/m, /^all scenarios hold$/m],
  'following.ts': [
    /^\[ '1 in Rome', '2 in Paris', '1 in Lyon' \]$/m,
    /^\[ 1, 2, 3 \]$/m,
    /^2 Paris\n3 Lyon$/m,
    /^'mailer' stopped at ParcelScanned, event 1 of stream 'parcel-2', position 4: no such place$/m,
    /^1 3 CONSUMER_STOPPED$/m,
    /^degraded mailer stopped 1$/m,
  ],
  'production.ts': [/^1 events are in the backup$/m, /^200 ok$/m, /^stopped$/m],
  'deleting.ts': [
    /^Ada\nundefined undefined$/m,
    /^STREAM_DELETED$/m,
    /^customer-7 CustomerJoined\ncustomer-7 CustomerForgotten$/m,
  ],
  'moving.ts': [
    /^copying: 6 of 6\nverifying: 6 of 6\n6 events of 3 streams, 6 of them written now$/m,
    /^again: 0 written, the same log\nback: the same log\nrecorded first: true$/m,
    /^CHECKPOINT_MISMATCH$/m,
    /^\{ place: 'Paris' \}$/m,
  ],
  'live-bank.ts': [
    /^25$/m,
    /^ada: 25$/m,
    /^grace: 15$/m,
    /key: 'account-grace',\n.*\n.*\n {2}value: 3,\n {2}count: 2,\n {2}closed: true,$/m,
    /^\[ 'live deposits-by-account is live', 'live deposits-per-day is live' \]$/m,
  ],
};

for (const file of fs.readdirSync(folder).filter((name) => name.endsWith('.ts'))) {
  test(`docs/snippets/${file} runs`, async () => {
    const { status, output } = await runProgram(path.join(folder, file));

    assert.is(status, 0, output);
    for (const line of prints[file] ?? []) assert.match(output, line);
  });
}

test.run();
