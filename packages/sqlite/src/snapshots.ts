/** Snapshots: written without waiting for the disk, as losing one loses nothing but time. */
import type { Snapshot, SnapshotStore } from '@tidemark/core';
import type Database from 'better-sqlite3';
import type { OpenedFile } from './opened-file.ts';

type Row = [fingerprint: string, revision: number, position: number, eventId: string, state: string];

export class SqliteSnapshotStore implements SnapshotStore {
  readonly #load: Database.Statement<[string, string], Row>;
  readonly #save: Database.Statement<[string, string, ...Row]>;
  readonly #remove: Database.Statement<[string, string]>;

  constructor(private readonly file: OpenedFile) {
    const { db } = file.connection;
    this.#load = db
      .prepare<[string, string], Row>(
        'SELECT fingerprint, revision, position, event_id, state FROM snapshots WHERE stream_name = ? AND kind = ?',
      )
      .raw();
    this.#save = db.prepare(
      `INSERT INTO snapshots (stream_name, kind, fingerprint, revision, position, event_id, state) VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET fingerprint = excluded.fingerprint, revision = excluded.revision,
         position = excluded.position, event_id = excluded.event_id, state = excluded.state
       WHERE excluded.revision >= revision OR excluded.fingerprint <> fingerprint`,
    );
    this.#remove = db.prepare('DELETE FROM snapshots WHERE stream_name = ? AND kind = ?');
  }

  load(streamName: string, kind: string): Promise<Snapshot | undefined> {
    return this.file.read(() => {
      const row = this.#load.get(streamName, kind);
      if (row === undefined) return undefined;
      const [fingerprint, revision, position, eventId, state] = row;
      return { streamName, kind, fingerprint, revision, position, eventId, state };
    });
  }

  save({ streamName, kind, fingerprint, revision, position, eventId, state }: Snapshot): Promise<void> {
    const write = () => void this.#save.run(streamName, kind, fingerprint, revision, position, eventId, state);
    return this.file.writer.submit({ lane: 'relaxed', weight: state.length, plan: () => write });
  }

  remove(streamName: string, kind: string): Promise<void> {
    const write = () => void this.#remove.run(streamName, kind);
    return this.file.writer.submit({ lane: 'relaxed', weight: 0, plan: () => write });
  }
}
