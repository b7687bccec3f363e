/** A look over a log's bytes, without parsing: how much there is to do, and whether something can be in it at all. */
import { readLogBytes } from './log-text.ts';

export interface LogScan {
  /** How many events it holds, as far as it can be read. */
  readonly events: number;
  /** `false`: no attribute has the value that was looked for. Where that cannot be known it is `true`. */
  readonly mayHold: boolean;
}

const tag = '<event';

/** Never throws: what is wrong with the file is found where it is parsed. */
export async function scanLog(file: string, value?: string): Promise<LogScan> {
  const events = new TagCount();
  const values = value === undefined ? [] : [`"${value}"`, `'${value}'`, '&#'].map((text) => new TextSearch(text));
  try {
    for await (const bytes of readLogBytes(file)) {
      events.push(bytes);
      for (const search of values) search.push(bytes);
    }
  } catch {
    return { events: events.count, mayHold: true };
  }
  return { events: events.count, mayHold: value === undefined || values.some(({ found }) => found) };
}

/** Counts `<event`, also where it stands across two pieces. */
class TagCount {
  count = 0;
  #rest: Buffer = Buffer.alloc(0);

  push(bytes: Buffer): void {
    const text = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    let at = text.indexOf(tag);
    // The character behind the name has to be there too: `<events` is another element.
    while (at >= 0 && at + tag.length < text.length) {
      if (endsName(text[at + tag.length])) this.count += 1;
      at = text.indexOf(tag, at + tag.length);
    }
    this.#rest = text.subarray(at >= 0 ? at : Math.max(0, text.length - tag.length));
  }
}

class TextSearch {
  found = false;
  #rest: Buffer = Buffer.alloc(0);

  constructor(private readonly text: string) {}

  push(bytes: Buffer): void {
    if (this.found) return;
    const all = Buffer.concat([this.#rest, bytes]);
    this.found = all.includes(this.text);
    this.#rest = all.subarray(Math.max(0, all.length - this.text.length));
  }
}

function endsName(byte: number | undefined): boolean {
  return byte === 0x3e || byte === 0x2f || byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d;
}
