/**
 * Counts the open applications in the read model and in the log, at one moment: what any other program would find. Where
 * the log is on a server no statement sees both, and it counts the read model's alone.
 */
import type { ReadModelStore } from '@tidemark/core';
import * as event from '../domain/events.ts';
import type { DeskStores } from '../loan-desk.ts';

export interface Sighting {
  /** As the read model has them. */
  readonly open: number;
  /** The log of that very moment, where it can be seen. */
  readonly log: LogSighting | undefined;
}

interface LogSighting {
  /** As the events say: submitted, and not come to an end. */
  readonly open: number;
  /** The last event. */
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
const lookAtBoth = `
  SELECT
    (SELECT count(*) FROM "open-applications") AS open,
    count(DISTINCT CASE WHEN types.name = 'ApplicationSubmitted' THEN stream_id END)
      - count(DISTINCT CASE WHEN types.name IN (${endings}) THEN stream_id END) AS byLog,
    (SELECT max(position) FROM events) AS position
  FROM events JOIN types ON types.id = events.type_id
`;

const lookAtReadModel = 'SELECT count(*) AS open FROM "open-applications"';

export class OpenWitness {
  private constructor(
    private readonly readModels: ReadModelStore,
    private readonly seesLog: boolean,
    readonly close: () => Promise<void>,
  ) {}

  /** On a connection of its own. */
  static async open(desk: DeskStores): Promise<OpenWitness> {
    const { readModels, close } = await (desk.readModels ?? desk.store).open();
    return new OpenWitness(readModels, desk.readModels === undefined, close);
  }

  look(): Sighting {
    const [row] = this.readModels.select(this.seesLog ? lookAtBoth : lookAtReadModel, []);
    const { open, byLog, position } = row as unknown as Record<'open' | 'byLog' | 'position', number>;
    return { open, log: this.seesLog ? { open: byLog, position } : undefined };
  }
}
