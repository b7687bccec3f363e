import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { peerFacts, presentPeers } from '../src/peers/survey.ts';
import { markdown } from '../src/report.ts';

/** Where nothing is installed. */
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'tidemark-peers-'));
test.after(() => fs.rmSync(folder, { recursive: true }));

function noFile(): string {
  throw new Error('nothing is to be opened');
}

test('measures no peer that is not installed', () => {
  assert.equal(presentPeers(folder), []);
});

test('the results say of each peer that is not installed that it is absent, and why', async () => {
  const machine = await peerFacts(noFile, folder);

  const report = {
    title: '',
    about: '',
    chapters: [],
    sections: [],
    rounds: 1,
    mmap: false,
    date: new Date(),
    command: '',
  };
  const text = markdown({ ...report, machine });
  assert.match(text, /^\| Emmett \| absent, not measured: Cannot find module '@event-driven-io\/emmett-sqlite' \|$/m);
  assert.match(text, /^\| Act \| absent, not measured: Cannot find module '@rotorsoft\/act-sqlite' \|$/m);
});

test('names no path of this machine where a driver was not compiled', async () => {
  const broken = path.join(folder, 'node_modules/@event-driven-io/emmett-sqlite');
  fs.mkdirSync(broken, { recursive: true });
  const message = `Could not locate ${path.join(folder, 'node_modules/sqlite3/build/node_sqlite3.node')}`;
  fs.writeFileSync(path.join(broken, 'index.js'), `throw new Error(${JSON.stringify(message)});`);

  const [emmett] = await peerFacts(noFile, folder);

  assert.equal(emmett?.[1], 'absent, not measured: Could not locate sqlite3/build/node_sqlite3.node');
});

test.run();
