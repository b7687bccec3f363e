// What the stores say of themselves, as the table in guide/eventstoredb.md:
//
//   npm run program -- docs/capabilities.ts     writes it into the page
//
// The test beside it, test/capabilities.test.ts, fails where the page says something else.
import fs from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  memory,
  type ReadModelCapabilities,
  type StoreCapabilities,
  type StoreProvider,
  type Stores,
} from '@tidemark/core';
import { eventStoreDB } from '@tidemark/eventstoredb';
import { sqlite } from '@tidemark/sqlite';

export const page = fileURLToPath(new URL('guide/eventstoredb.md', import.meta.url));

const generated = /<!-- capabilities: .* -->\n[\s\S]*?<!-- end of capabilities -->/;
const head =
  '<!-- capabilities: written by npm run program -- docs/capabilities.ts -->\n| | memory | SQLite | EventStoreDB | where it is missing |';

/** What follows for a user, said for each: one that is new does not compile without. */
const events: Readonly<Record<keyof StoreCapabilities, string>> = {
  densePositions: 'positions grow, with gaps: lag is told in time, progress in shares, and neither counts events',
  multiStreamAppend:
    '`appendToStreams` throws `UnsupportedError`; on EventStoreDB it is there through `@kurrent/kurrentdb-client` on a server from 25.1 on, with limits: see below',
  commandLog: 'a repeated command is found by its events',
  inlineProjections: '`createApplication` refuses them at start: make them `async`',
  maxAppendBytes:
    'an append of more is `AppendTooLargeError`; on EventStoreDB the option `maxAppendBytes` says what the server takes',
};
const readModels: Readonly<Record<keyof ReadModelCapabilities, string>> = {
  tables: 'projections to tables are refused at start, unless `readModels` is `sqlite(file)`',
};

const stores: readonly StoreProvider[] = [
  memory(),
  sqlite(':memory:'),
  // Nothing is asked of a server.
  eventStoreDB('esdb://127.0.0.1:2113?tls=false'),
];

/** The page with the table as it has to be. Throws where there is no place for one. */
export async function filled(text: string): Promise<string> {
  if (!generated.test(text))
    throw new Error(`${page}: found no place for the table, wanted one marked as capabilities`);
  return text.replace(generated, await table());
}

async function table(): Promise<string> {
  const opened = await Promise.all(stores.map((store) => store.open()));
  try {
    const rows = [
      ...Object.entries(events).map(([name, why]) =>
        row(
          name,
          opened.map((store) => store.events.capabilities[name as keyof StoreCapabilities]),
          why,
        ),
      ),
      ...Object.entries(readModels).map(([name, why]) =>
        row(
          name,
          opened.map((store) => store.readModels.capabilities[name as keyof ReadModelCapabilities]),
          why,
        ),
      ),
      `| read models without \`readModels\` | ${opened.map(kept).join(' | ')} | a warning of the process says so at start |`,
    ];
    return [head, '| --- | --- | --- | --- | --- |', ...rows, '<!-- end of capabilities -->'].join('\n');
  } finally {
    for (const store of opened) await store.close();
  }
}

function row(name: string, values: readonly (boolean | number)[], why: string): string {
  const cells = values.map((value) => {
    if (typeof value === 'boolean') return value ? 'yes' : 'no';
    return `${value / 1_048_576} MiB`;
  });
  return `| \`${name}\` | ${cells.join(' | ')} | ${why} |`;
}

function kept({ readModelsWarning }: Stores): string {
  return readModelsWarning === undefined ? 'kept with the log' : 'in memory, made anew';
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  fs.writeFileSync(page, await filled(fs.readFileSync(page, 'utf8')));
