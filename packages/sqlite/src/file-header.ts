/**
 * What stands at a path, told from the file system and the file's first bytes, so that a file that is not ours is not
 * even opened by SQLite: it would create files beside it and might write into it.
 */
import fs from 'node:fs';
import { dirname } from 'node:path';
import { storeFailed } from './failures.ts';
import { applicationId } from './schema.ts';

const magic = 'SQLite format 3\0';
/** The header, and the kind of page and count of cells of the schema's first page behind it. */
const headerBytes = 105;

/** Throws `StoreFailedError` where there is something that Tidemark must not open. Nothing there yet is well. */
export function assertOpenable(path: string): void {
  const found = fs.statSync(path, { throwIfNoEntry: false });
  if (found === undefined) {
    assertFolder(path);
    return;
  }
  if (!found.isFile()) throw storeFailed(path, 'cannot_open', 'found a folder or a device, wanted a file or nothing');
  // A crash while the file was being created leaves a journal, beside the file itself and not beside a link to it:
  // SQLite has to roll it back before the header counts.
  if (found.size === 0 || fs.existsSync(`${fs.realpathSync(path)}-journal`)) return;
  const header = firstBytes(path);
  if (header.toString('latin1', 0, magic.length) !== magic) throw storeFailed(path, 'not_a_database');
  const owner = header.readUInt32BE(68);
  if (owner === applicationId) return;
  const isEmptySchema = header.readUInt8(100) === 0x0d && header.readUInt16BE(103) === 0;
  if (owner !== 0 || !isEmptySchema) throw storeFailed(path, 'foreign_schema');
}

function assertFolder(path: string): void {
  const folder = dirname(path);
  const found = fs.statSync(folder, { throwIfNoEntry: false });
  if (!found?.isDirectory()) throw storeFailed(path, 'cannot_open', `found no folder ${folder}, wanted it to exist`);
}

function firstBytes(path: string): Buffer {
  const bytes = Buffer.alloc(headerBytes);
  const file = fs.openSync(path, 'r');
  try {
    fs.readSync(file, bytes, 0, headerBytes, 0);
  } finally {
    fs.closeSync(file);
  }
  return bytes;
}

/** Whether a file that could not be opened is one that must not be written to. */
export function isReadOnly(path: string): boolean {
  try {
    // Tried, not asked: `access` answers for the real user, which may be another than the effective one.
    if (fs.existsSync(path)) fs.closeSync(fs.openSync(path, 'r+'));
    fs.rmdirSync(fs.mkdtempSync(`${path}-`));
    return false;
  } catch (error) {
    return ['EACCES', 'EPERM', 'EROFS'].includes((error as NodeJS.ErrnoException).code ?? '');
  }
}
