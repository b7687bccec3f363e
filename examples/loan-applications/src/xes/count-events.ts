import { readLogBytes } from './log-text.ts';

const tag = '<event';

/** How many events a log holds as far as it can be read: for a progress bar, without parsing. Never throws. */
export async function countEvents(file: string): Promise<number> {
  let count = 0;
  let rest: Buffer = Buffer.alloc(0);
  try {
    for await (const bytes of readLogBytes(file)) {
      const text = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
      let at = text.indexOf(tag);
      // The character behind the name has to be there too: `<events` is another element.
      while (at >= 0 && at + tag.length < text.length) {
        if (endsName(text[at + tag.length])) count += 1;
        at = text.indexOf(tag, at + tag.length);
      }
      rest = text.subarray(at >= 0 ? at : Math.max(0, text.length - tag.length));
    }
  } catch {
    return count;
  }
  return count;
}

function endsName(byte: number | undefined): boolean {
  return byte === 0x3e || byte === 0x2f || byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d;
}
