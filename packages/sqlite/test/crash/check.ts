/** Looks at the file after each life: what was acknowledged has to be there, and what is there has to fit together. */
import fs from 'node:fs';
import {
  type KeyedDocument,
  type ModelBuild,
  type ModelKey,
  type ReadModelStore,
  type StoredEvent,
  type Stores,
  TidemarkError,
} from '@tidemark/core';
import { sqlite } from '../../src/index.ts';
import { counted, counts } from '../inline/counting.ts';
import { type Acknowledgement, model, type Tally, tallied } from './life.ts';

/** A promise of the store's was broken. */
export class BrokenPromise extends TidemarkError {
  constructor(what: string) {
    super('BROKEN_PROMISE', what);
  }
}

export class FileCheck {
  /** Acknowledged so far. */
  events = 0;
  commits = 0;
  readonly #log: StoredEvent[] = [];
  readonly #nextRevision = new Map<string, number>();
  readonly #ids = new Map<string, string>();
  readonly #tallies = new Map<string, Tally>();
  #tallied = 0;

  constructor(
    private readonly file: string,
    private readonly acknowledgements: string,
  ) {}

  /** How many events there are. */
  get stored(): number {
    return this.#log.length;
  }

  /** Opens the file as the next process would. Throws `BrokenPromise`. */
  async afterDeath(): Promise<void> {
    const stores = await sqlite(this.file).open();
    try {
      await this.#readNewEvents(stores);
      await this.#checkAcknowledged(stores);
      await this.#checkModel(stores);
      this.#checkInline(stores);
      this.#checkTables(stores);
    } finally {
      await stores.close();
    }
  }

  async #readNewEvents({ events }: Stores): Promise<void> {
    const known = this.#log.length;
    expect((await events.head()) >= known, `the log ends at ${await events.head()}, it had ${known} events`);
    for await (const event of events.readAll({ from: known + 1 })) {
      const { position, streamName, revision, eventId } = event;
      expect(position === this.#log.length + 1, `position ${position} came after ${this.#log.length}`);
      const next = this.#nextRevision.get(streamName) ?? 0;
      expect(revision === next, `'${streamName}': revision ${revision} came after ${next - 1}`);
      this.#nextRevision.set(streamName, revision + 1);
      this.#ids.set(`${streamName}:${revision}`, eventId);
      this.#log.push(event);
    }
  }

  async #checkAcknowledged(stores: Stores): Promise<void> {
    const text = fs.existsSync(this.acknowledgements) ? fs.readFileSync(this.acknowledgements, 'utf8') : '';
    fs.rmSync(this.acknowledgements, { force: true });
    for (const line of text.split('\n')) {
      // Only the last line may be cut, by the death itself.
      if (line.endsWith('}')) await this.#checkOne(JSON.parse(line) as Acknowledgement, stores);
    }
  }

  async #checkOne(acknowledged: Acknowledgement, { readModels, commandLog }: Stores): Promise<void> {
    if ('checkpoint' in acknowledged) {
      const { position = 0 } = servedBuild(readModels, model)?.checkpoint ?? {};
      expect(
        position >= acknowledged.checkpoint,
        `the checkpoint is at ${position}, ${acknowledged.checkpoint} was acknowledged`,
      );
      this.commits += 1;
      return;
    }
    const { stream, revision, position, ids, command } = acknowledged;
    for (const [index, id] of ids.entries()) {
      const place = `${stream}:${revision - ids.length + 1 + index}`;
      expect(this.#ids.get(place) === id, `${place}: found ${this.#ids.get(place)}, ${id} was acknowledged`);
      this.events += 1;
    }
    expect(this.#log[position - 1]?.eventId === ids[ids.length - 1], `position ${position} holds another event`);
    if (command === undefined) return;
    expect((await commandLog.find(command))?.position === position, `command ${command} is not in the command log`);
  }

  /** The documents are what a fresh replay up to their checkpoint gives. */
  async #checkModel({ readModels }: Stores): Promise<void> {
    const build = servedBuild(readModels, model);
    const { id, checkpoint } = build ?? {};
    const documents = id === undefined ? [] : readModels.scan(id, { limit: 1_000_000 });
    if (checkpoint === undefined) return expect(documents.length === 0, 'there are documents and no checkpoint');
    expect(checkpoint.position >= this.#tallied, `the checkpoint went back to ${checkpoint.position}`);
    for (const { streamName, data } of this.#log.slice(this.#tallied, checkpoint.position)) {
      this.#tallies.set(streamName, tallied(this.#tallies.get(streamName), (data as { amount: number }).amount));
    }
    this.#tallied = checkpoint.position;
    expect(this.#log[checkpoint.position - 1]?.eventId === checkpoint.eventId, 'the checkpoint names another event');
    expect(
      documents.length === this.#tallies.size,
      `${documents.length} documents, a replay gives ${this.#tallies.size}`,
    );
    for (const document of documents) this.#checkDocument(document);
    // Under the plain names of SQL.
    const rows = readModels.select('SELECT stream, sum FROM tallies', []);
    expect(rows.length === this.#tallies.size, `${rows.length} rows, a replay gives ${this.#tallies.size}`);
    for (const { stream, sum } of rows) {
      expect(
        sum === this.#tallies.get(String(stream))?.sum,
        `the row of '${String(stream)}' has a sum of ${String(sum)}`,
      );
    }
  }

  /** What a projection made inside of the appends is never behind them, nor ahead. */
  #checkInline({ readModels }: Stores): void {
    const build = servedBuild(readModels, counts);
    const { position = 0 } = build?.checkpoint ?? {};
    expect(position === this.#log.length, `the inline projection stands at ${position} of ${this.#log.length}`);
    const lines = [...this.#nextRevision].map(([name, count]) => `${name}=${count}`).sort();
    const found = build === undefined ? [] : [...counted(readModels, build.id)].sort();
    expect(found.join() === lines.join(), `inline: found ${found.join()}, a replay gives ${lines.join()}`);
  }

  /** Each build has its tables, and no table is left of another one. */
  #checkTables({ readModels }: Stores): void {
    const ids = readModels.builds().map(({ id }) => id);
    const rows = readModels.select(`SELECT name FROM sqlite_schema WHERE type = 'table'`, []);
    const found = rows.flatMap(({ name }) => /(?:^documents_|__)(\d+)$/.exec(String(name))?.[1] ?? []).map(Number);
    const wanted = ids.flatMap((id) => [id, id]);
    expect(
      found.sort().join() === wanted.sort().join(),
      `found tables of the builds ${found.join()}, there are ${ids.join()}`,
    );
  }

  #checkDocument({ key, json }: KeyedDocument): void {
    const replayed = JSON.stringify(this.#tallies.get(key));
    expect(json === replayed, `document '${key}' is ${json}, a replay gives ${replayed}`);
  }
}

function servedBuild(readModels: ReadModelStore, model: ModelKey): ModelBuild | undefined {
  const id = readModels.served(model);
  return readModels.builds().find((build) => build.id === id);
}

function expect(holds: boolean, otherwise: string): void {
  if (!holds) throw new BrokenPromise(otherwise);
}
