/**
 * A log file as decoded text, piece by piece: unpacked when it begins like gzip, whatever its name. Nothing is read
 * ahead of the consumer but the streams' own buffers. It ends where the text stops being readable.
 */
import { type FileHandle, open } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { LogFormatError } from './log-format-error.ts';

/** Throws `LogFormatError` without a place: how far the text went is known to whoever counts its lines. */
export async function* readLogText(file: string): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    for await (const bytes of readLogBytes(file)) {
      const text = decoder.decode(bytes, { stream: true });
      if (text !== '') yield text;
    }
    decoder.decode();
  } catch (cause) {
    throw translated(cause, file);
  }
}

/** The log's bytes, unpacked. */
export async function* readLogBytes(file: string): AsyncGenerator<Buffer, void, undefined> {
  const handle = await open(file);
  const packed = await beginsLikeGzip(handle).catch(async (error: unknown) => {
    await handle.close();
    throw error;
  });
  const bytes = handle.createReadStream({ start: 0 });
  if (!packed) {
    yield* bytes as AsyncIterable<Buffer>;
    return;
  }
  // `pipeline` hands an error of the file on to the iteration below; `pipe` would lose it.
  yield* pipeline(bytes, createGunzip(), () => {}) as AsyncIterable<Buffer>;
}

async function beginsLikeGzip(handle: FileHandle): Promise<boolean> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(2), 0, 2, 0);
  return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
}

function translated(cause: unknown, file: string): unknown {
  if (!(cause instanceof Error) || !('code' in cause)) return cause;
  switch (cause.code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new LogFormatError('LOG_NOT_FOUND', file, 'no such file', 'an XES log, plain or packed with gzip', {
        cause,
      });
    case 'EISDIR':
      return new LogFormatError('LOG_UNREADABLE', file, 'a folder', 'an XES log, plain or packed with gzip', { cause });
    case 'EACCES':
    case 'EPERM':
      return new LogFormatError('LOG_UNREADABLE', file, 'a file that may not be read', 'a readable file', { cause });
    case 'Z_BUF_ERROR':
      return new LogFormatError('LOG_TRUNCATED', file, 'the end of the packed data', 'the rest of the gzip file', {
        cause,
      });
    case 'Z_DATA_ERROR':
      return new LogFormatError('LOG_CORRUPT', file, `damaged gzip data (${cause.message})`, 'intact gzip data', {
        cause,
      });
    case 'ERR_ENCODING_INVALID_ENCODED_DATA':
      return new LogFormatError('LOG_CORRUPT', file, 'bytes that are not UTF-8', 'text in UTF-8', { cause });
    default:
      return cause;
  }
}
