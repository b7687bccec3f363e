/** The log's own name: the first event of a stream of the store's own, written once by whoever comes first. */
import { randomUUID } from 'node:crypto';
import { StoreFailedError, WrongExpectedRevisionError } from '@tidemark/core';
import { expecting } from './expecting.ts';
import { orNothing } from './failures.ts';
import { logStream } from './names.ts';
import type { Server } from './server.ts';
import { ownEvent } from './written-event.ts';

export class LogId {
  #id: Promise<string> | undefined;

  constructor(private readonly server: Server) {}

  read(): Promise<string> {
    this.#id ??= this.server.finishing(() => this.#found());
    this.#id.catch(() => {
      this.#id = undefined;
    });
    return this.#id;
  }

  async #found(): Promise<string> {
    const stored = await this.#stored();
    if (stored !== undefined) return stored;
    const event = ownEvent('$tidemark-log', JSON.stringify({ id: randomUUID() }));
    const outcome = await this.server.write(
      (client, options) => client.appendToStream(logStream, [event], { ...options, ...expecting('no_stream') }),
      { isAppend: true, repeats: () => true },
    );
    if ('error' in outcome) {
      const about = { streamName: logStream, expected: 'no_stream' as const, right: 'write it ($w)' };
      const error = this.server.translated(outcome.error, about);
      if (!(error instanceof WrongExpectedRevisionError)) throw error;
    }
    const id = await this.#stored();
    if (id !== undefined) return id;
    throw new StoreFailedError(
      'foreign_schema',
      `stream '${logStream}': found no name of the log, wanted { id } in its first event`,
    );
  }

  async #stored(): Promise<string | undefined> {
    const read = this.server.readFew({ streamName: logStream, right: 'read it ($r)' }, (client, options) =>
      client.readStream(logStream, { ...options, direction: 'forwards', fromRevision: 'start', maxCount: 1 }),
    );
    const [event] = await read.catch(orNothing);
    const { id } = (event?.data ?? {}) as { id?: unknown };
    return typeof id === 'string' ? id : undefined;
  }
}
