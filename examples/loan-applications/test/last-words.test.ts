import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { howToGoOn, type Place, whatNext } from '../src/report/last-words.ts';

const place: Place = { folder: '/home', log: '/home/log.xes', store: undefined, file: '/home/read.db', kept: true };
const stopped = { recorded: 12, imported: false, stopped: true };
const address = 'esdb://ada:secret@a:2113?tls=false';
const lastLine = (text: string) => text.trimEnd().split('\n').at(-1);

test('the way to go on names the server, without the password, and the file if one was named', () => {
  const shown = "--store 'esdb://USER:PASSWORD@a:2113?tls=false'";
  const onServer = { ...place, store: address };
  assert.is(lastLine(howToGoOn(place, stopped)), '  npm start -- --log log.xes --db read.db');
  assert.is(lastLine(howToGoOn(onServer, stopped)), `  npm start -- --log log.xes ${shown} --db read.db`);
  assert.is(lastLine(howToGoOn({ ...onServer, kept: false }, stopped)), `  npm start -- --log log.xes ${shown}`);
});

test('what was recorded on a server of the program itself is said to be gone', () => {
  const words = howToGoOn({ ...place, store: 'test-server', kept: false }, stopped);
  assert.match(words, 'Stopped: 12 steps are gone with the test server');
  assert.is(lastLine(words), '  npm start -- --log log.xes --store test-server');
});

test('what to try next stays on the server, and keeps the password to itself', () => {
  const words = whatNext({ ...place, store: address, kept: false }, { query: undefined, columns: 100 });
  assert.match(words, "npm start -- --store 'esdb://USER:PASSWORD@a:2113?tls=false' --db read.db");
  assert.match(words, "--store 'esdb://USER:PASSWORD@a:2113?tls=false' --application NUMBER");
  assert.not.match(words, 'secret');
  assert.not.match(words, '--watch');
});

test.run();
