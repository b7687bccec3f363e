/** Bad arguments are refused before anything is touched, with what was found and what is wanted. */
import fs from 'node:fs';
import path from 'node:path';
import { ArgumentError } from '@tidemark/core';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { sqlite } from '../src/index.ts';
import { any, numbered } from './events.ts';
import { temporaryFolder } from './temporary.ts';

function refusal(...args: readonly unknown[]): ArgumentError {
  try {
    (sqlite as (...args: readonly unknown[]) => unknown)(...args);
  } catch (error) {
    assert.instance(error, ArgumentError);
    return error as ArgumentError;
  }
  assert.unreachable(`took ${JSON.stringify(args)}`);
  throw new ArgumentError('', '', '');
}

test('refuses what is no path', () => {
  const texts = ['', '  ', 'a\0b', 'file:log.db', 'FILE:///log.db', 'log.db ', 'log.db\n', ' :memory:', 'folder/'];
  for (const path of [undefined, null, 7, {}, ['a'], ...texts]) {
    const error = refusal(path);
    assert.is(error.argument, 'path');
    assert.is(error.wanted, "a file's path or ':memory:'");
  }
});

test('refuses options that it does not know or cannot mean', () => {
  const wrong: readonly (readonly [options: unknown, argument: string, found: string])[] = [
    [null, 'sqlite options', 'null'],
    ['full', 'sqlite options', "'full'"],
    [{ durabilty: 'full' }, 'sqlite options', 'the key durabilty'],
    [{ durability: 'off' }, 'durability', "'off'"],
    [{ mmapBytes: -1 }, 'mmapBytes', '-1'],
    [{ mmapBytes: '1' }, 'mmapBytes', "'1'"],
    [{ busyTimeout: 1.5 }, 'busyTimeout', '1.5'],
    [{ busyTimeout: Number.POSITIVE_INFINITY }, 'busyTimeout', 'Infinity'],
    [{ clock: {} }, 'clock', 'object'],
    [{ clock: [] }, 'clock', 'an array'],
    [[], 'sqlite options', 'an array'],
    [{ durability: null }, 'durability', 'null'],
    [{ mmapBytes: null }, 'mmapBytes', 'null'],
    [{ busyTimeout: null }, 'busyTimeout', 'null'],
    [{ clock: null }, 'clock', 'null'],
    [{ readAhead: 'no' }, 'readAhead', "'no'"],
    [{ readAhead: null }, 'readAhead', 'null'],
    [{ faults: null }, 'faults', 'null'],
    [{ faults: 'text has an at()' }, 'faults', "'text has an at()'"],
    [{ faults: [] }, 'faults', 'an array'],
    [{ faults: () => {} }, 'faults', 'function'],
  ];
  for (const [options, argument, found] of wrong) {
    const error = refusal(':memory:', options);
    assert.equal([error.argument, error.found], [argument, found]);
  }
});

test('touches nothing before it is opened, and says what it is', () => {
  const file = path.join(temporaryFolder(), 'log.db');
  assert.is(sqlite(file, { durability: 'normal', mmapBytes: 1 << 28, busyTimeout: 0 }).description, `sqlite ${file}`);
  assert.not(fs.existsSync(file));
});

test('a relative path is of the folder in which it was given, whenever it is opened', async () => {
  const [here, elsewhere] = [temporaryFolder(), temporaryFolder()];
  const before = process.cwd();
  try {
    process.chdir(here);
    const provider = sqlite('log.db');
    process.chdir(elsewhere);
    const stores = await provider.open();
    await stores.events.append('account-1', numbered(1), any);
    await stores.close();
  } finally {
    process.chdir(before);
  }
  assert.equal([fs.readdirSync(here), fs.readdirSync(elsewhere)], [['log.db'], []]);
});

test.run();
