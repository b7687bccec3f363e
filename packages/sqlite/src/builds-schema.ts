/**
 * The schema's second version: read models as builds, each with its documents in a table of its own, and leases and dead
 * letters. Released: it is never edited, so it says for itself what the code says elsewhere, in today's form.
 */
import type Database from 'better-sqlite3';

interface OldModel {
  readonly id: number;
  readonly name: string;
  readonly version: number;
}

export function createBuilds(db: Database.Database): void {
  db.exec(`
    -- one filling of a read model, with its checkpoint: of which log, after which event; shape is JSON
    CREATE TABLE builds (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      name TEXT NOT NULL,
      version INTEGER NOT NULL,
      state TEXT NOT NULL CHECK (state IN ('building', 'served', 'kept')),
      shape TEXT NOT NULL,
      log_id TEXT,
      position INTEGER,
      event_id TEXT
    ) STRICT;
    CREATE UNIQUE INDEX builds_building ON builds (name, version) WHERE state = 'building';
    CREATE UNIQUE INDEX builds_served ON builds (name, version) WHERE state = 'served';

    -- owner is NULL where nobody holds it; the row stays, so that tokens never go back; expires_at in ms since 1970
    CREATE TABLE leases (
      name TEXT PRIMARY KEY,
      owner TEXT,
      token INTEGER NOT NULL,
      expires_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;

    -- error is NULL for an event that waits behind another one of its stream; parked_at in ms since 1970
    CREATE TABLE dead_letters (
      build_id INTEGER NOT NULL,
      position INTEGER NOT NULL,
      event_id TEXT NOT NULL,
      stream_name TEXT NOT NULL,
      revision INTEGER NOT NULL,
      type TEXT NOT NULL,
      error TEXT,
      attempts INTEGER NOT NULL,
      parked_at INTEGER NOT NULL,
      PRIMARY KEY (build_id, position)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX dead_letters_stream ON dead_letters (build_id, stream_name, position);
  `);
  const models = db
    .prepare<[], OldModel>('SELECT id, name, version FROM read_models ORDER BY name, version DESC')
    .all();
  const known = new Set<string>();
  for (const model of models) {
    const build = moveModel(db, model);
    if (!known.has(model.name)) showDocuments(db, model.name, build);
    known.add(model.name);
  }
  db.exec('DROP TABLE documents; DROP TABLE read_models');
}

/** Returns the number of the build it became. */
function moveModel(db: Database.Database, { id }: OldModel): number {
  const build = Number(
    db
      .prepare(
        `INSERT INTO builds (name, version, state, shape, log_id, position, event_id)
         SELECT name, version, 'served', '{"indexes":[],"tables":[]}', log_id, position, event_id
         FROM read_models WHERE id = ?`,
      )
      .run(id).lastInsertRowid,
  );
  db.exec(
    `CREATE TABLE documents_${build} (key TEXT PRIMARY KEY, json TEXT NOT NULL, types TEXT) STRICT, WITHOUT ROWID`,
  );
  db.prepare(
    `INSERT INTO documents_${build} (key, json, types)
     SELECT key, json, types FROM documents WHERE model_id = ? ORDER BY key`,
  ).run(id);
  return build;
}

/** Under the projection's plain name, which was free to choose before there were views. */
function showDocuments(db: Database.Database, name: string, build: number): void {
  const taken = db.prepare('SELECT 1 FROM sqlite_schema WHERE name = ? COLLATE NOCASE').get(name) !== undefined;
  if (taken || name === '' || name.includes('\0') || /^(sqlite_|documents_)|__\d+(_\d+)?$/i.test(name)) return;
  db.exec(`CREATE VIEW "${name.replaceAll('"', '""')}" AS SELECT key, json, types FROM documents_${build}`);
}
