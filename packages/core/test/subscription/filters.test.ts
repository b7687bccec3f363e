import assert from 'node:assert/strict';
import { type Application, createApplication, DomainEvent, live, memory } from '@tidemark/core';
import { test } from 'uvu';

@DomainEvent('Counted')
class Counted {}

/** What is no filter, with what the error names. */
const wrong: readonly (readonly [unknown, RegExp])[] = [
  [null, /^filter: found null, wanted an object/],
  ['account', /^filter: found .*account.*, wanted an object/],
  [[], /^filter: found .*, wanted an object/],
  [[Counted], /^filter: found .*, wanted an object/],
  [() => {}, /^filter: found .*, wanted an object/],
  [{ category: 'x' }, /^filter: found the key category, wanted categories, types, prefixes/],
  [{ types: [Counted], typo: 1 }, /^filter: found the key typo/],
  ...['categories', 'types', 'prefixes'].flatMap((kind) =>
    [[], null, 'Counted', 5, {}, new Set(['Counted']), [undefined], [null], [5], [{}]].map(
      (names) =>
        [{ [kind]: names }, new RegExp(`^filter\\.${kind}: found .*, wanted an array of at least one`)] as const,
    ),
  ),
];

const entries: readonly (readonly [string, (app: Application, filter: never) => unknown])[] = [
  ['events$', (app, filter) => app.events$(filter)],
  ['events', (app, filter) => app.events(filter)],
  ['subscribe', (app, filter) => app.subscribe(filter, () => {})],
  ['live', (_, filter) => live('wrong', filter, (events$) => events$)],
];

for (const [name, enter] of entries) {
  test(`${name} refuses at once what is no filter, lists without names, and unknown keys`, async () => {
    const app = await createApplication({ store: memory(), events: [Counted] });
    for (const [filter, message] of wrong)
      assert.throws(() => enter(app, filter as never), { code: 'INVALID_ARGUMENT', message }, String(message));
    for (const filter of [{}, { types: undefined }, { types: [Counted, 'Foreign'], categories: ['a'], prefixes: [''] }])
      enter(app, filter as never);
    await app.stop();
  });
}

test.run();
