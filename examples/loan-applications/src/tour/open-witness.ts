/** Counts the open applications in the read model and in the log, at one moment: what any other program would find. */
import type { ReadModelStore, StoreProvider } from '@tidemark/core';
import * as event from '../domain/events.ts';

export interface Sighting {
  /** As the read model has them. */
  readonly open: number;
  /** As the events say: submitted, and not come to an end. */
  readonly byLog: number;
  /** The last event at that moment. */
  readonly position: number;
}

const endings = [
  event.ApplicationApproved,
  event.ApplicationRegistered,
  event.ApplicationActivated,
  event.ApplicationDeclined,
  event.ApplicationCancelled,
].map(({ name }) => `'${name}'`);

/** One statement sees one state of the file, however fast others write. */
const look = `
  SELECT
    (SELECT count(*) FROM "open-applications") AS open,
    count(DISTINCT CASE WHEN types.name = 'ApplicationSubmitted' THEN stream_id END)
      - count(DISTINCT CASE WHEN types.name IN (${endings}) THEN stream_id END) AS byLog,
    (SELECT max(position) FROM events) AS position
  FROM events JOIN types ON types.id = events.type_id
`;

export class OpenWitness {
  private constructor(
    private readonly readModels: ReadModelStore,
    readonly close: () => Promise<void>,
  ) {}

  /** On a connection of its own. */
  static async open(store: StoreProvider): Promise<OpenWitness> {
    const { readModels, close } = await store.open();
    return new OpenWitness(readModels, close);
  }

  look(): Sighting {
    const [row] = this.readModels.select(look, []);
    return row as unknown as Sighting;
  }
}
