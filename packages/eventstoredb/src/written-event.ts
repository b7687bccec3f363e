import { randomUUID } from 'node:crypto';
import { propertiesOf } from './properties.ts';

/**
 * An event as the client takes it, with its text as it is. The client writes JSON anew from what it is given, so that it
 * could not write Int64.Max, and would parse and write all data a second time. It asks an event for its content type
 * twice: what to tell the server, and then how to take the data. So this one answers with JSON first, and with bytes then.
 */
class Written<Metadata> {
  readonly data: Uint8Array;
  #isTold = false;

  constructor(
    readonly id: string,
    readonly type: string,
    data: string,
    readonly metadata: Metadata | undefined,
  ) {
    this.data = bytesOf(data);
  }

  get contentType(): 'application/json' | 'application/octet-stream' {
    this.#isTold = !this.#isTold;
    return this.#isTold ? 'application/json' : 'application/octet-stream';
  }
}

/** As `appendToStream` takes it. */
export class WrittenEvent extends Written<Uint8Array> {
  constructor(id: string, type: string, data: string, metadata: string | undefined) {
    super(id, type, data, metadata === undefined ? undefined : bytesOf(metadata));
  }
}

/**
 * As `multiStreamAppend` takes it, for one call. Protocol v2 has properties instead of metadata, and the client takes only
 * text for them; `$json` holds the metadata that is more than that.
 */
export class WrittenRecord extends Written<Readonly<Record<string, string>>> {
  constructor(id: string, type: string, data: string, metadata: string | undefined) {
    super(id, type, data, metadata === undefined ? undefined : propertiesOf(metadata));
  }
}

/** One of the store's own; no reader is shown types with `$`. */
export function ownEvent(type: `$${string}`, data: string): WrittenEvent {
  return new WrittenEvent(randomUUID(), type, data, undefined);
}

/** The client tells bytes by this very class; a Buffer is another. */
function bytesOf(text: string): Uint8Array {
  const buffer = Buffer.from(text);
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}
