/** Where it was measured: what figures depend on, and nothing that names a machine or its owner. */
import fs from 'node:fs';
import os from 'node:os';
import Database from 'better-sqlite3';

/** By the numbers that `statfs` gives. */
const fileSystems: Readonly<Record<number, string>> = {
  61267: 'ext4',
  1481003842: 'xfs',
  2435016766: 'btrfs',
  16914836: 'tmpfs (in memory: waiting for the disk costs nothing there)',
  2035054128: 'overlay',
  26: 'apfs',
};

/** Label and value, in the order to show them. */
export function machineFacts(folder: string): readonly (readonly [label: string, value: string])[] {
  const db = new Database(':memory:');
  const version = db.prepare<[], string>('SELECT sqlite_version()').pluck().get();
  db.close();
  const cpus = os.cpus();
  const type = fs.statfsSync(folder).type;
  return [
    ['processor', `${cpus[0]?.model.trim() ?? 'unknown'}, ${cpus.length} cores`],
    ['memory', `${Math.round(os.totalmem() / 2 ** 30)} GB`],
    ['system', `${os.type()} ${os.arch()}, file system ${fileSystems[type] ?? `of type ${type}`}`],
    ['Node', process.version],
    ['SQLite', version ?? 'unknown'],
  ];
}
