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
