import assert from 'node:assert/strict';
import { DomainEvent, EventRegistry, type Upcaster, upcast } from '@tidemark/core';
import { test } from 'uvu';

@DomainEvent('Paid', { version: 3 })
class Paid {}
@DomainEvent('Closed')
class Closed {}

const same = (data: Record<string, unknown>) => data;
const paid = [upcast('Paid', { from: 1, with: same }), upcast('Paid', { from: 2, with: same })];

function refused(message: RegExp, places: readonly string[], ...upcasters: readonly Upcaster[]): void {
  assert.throws(() => new EventRegistry({ events: [Paid, Closed], upcasters }), {
    code: 'CONFIGURATION',
    message,
    places,
  });
}

test('a version that no upcaster starts from is refused with what to add', () => {
  const [first, second] = paid as [Upcaster, Upcaster];
  const hole =
    /^event 'Paid' is at version 3, but no upcaster starts from version 2: add upcast\('Paid', \{ from: 2, with: … \}\)$/;
  // The chain from version 1 leads into the hole; it is reported first.
  refused(
    /^the upcaster Paid@1 → Paid@2 leads to no registered event and no further upcaster$/,
    ['Paid@1 → Paid@2'],
    first,
  );
  refused(/^event 'Paid' is at version 3, but no upcaster starts from version 1/, ['Paid@3', 'Paid@1'], second);
  refused(hole, ['Paid@3', 'Paid@2'], upcast('Paid', { from: 1, drop: true }));
});

test('a circle is refused with the way around', () => {
  const circle = [
    upcast('A', { from: 1, to: 'B' }),
    upcast('B', { from: 1, to: { type: 'A', version: 2 } }),
    upcast('A', { from: 2, to: 'A' }),
  ];
  refused(/^upcasters go in a circle: A@1 → B@1 → A@2 → A@1$/, ['A@1', 'B@1', 'A@2'], ...paid, ...circle);
  refused(/circle: A@1 → A@1$/, ['A@1'], ...paid, upcast('A', { from: 1, to: 'A' }));
  const inSplit = upcast('A', { from: 1, into: ['Closed', 'A'], split: () => [] });
  refused(/circle: A@1 → A@1$/, ['A@1'], ...paid, inSplit);
});

test('a chain that leads to no event is refused with its last step', () => {
  const nowhere = /^the upcaster (.*) leads to no registered event and no further upcaster$/;
  refused(nowhere, ['Old@1 → Older@1'], ...paid, upcast('Old', { from: 1, to: 'Older' }));
  refused(nowhere, ['Old@1 → Old@2'], ...paid, upcast('Old', { from: 1, with: same }));
  refused(nowhere, ['Old@1 → Paid@4'], ...paid, upcast('Old', { from: 1, to: { type: 'Paid', version: 4 } }));
  refused(nowhere, ['Old@1 → Gone@1'], ...paid, upcast('Old', { from: 1, into: ['Closed', 'Gone'], split: () => [] }));
});

test('two steps from one place are refused', () => {
  refused(/^two upcasters start from Paid@1$/, ['Paid@1'], ...paid, upcast('Paid', { from: 1, drop: true }));
});

test('a step from the present version is refused', () => {
  const present = /^an upcaster starts from Paid@3, which is the present version of that event$/;
  refused(present, ['Paid@3'], ...paid, upcast('Paid', { from: 3, to: 'Closed' }));
  refused(present, ['Paid@3'], ...paid, upcast('Paid', { from: 3, drop: true }));
});

test('a newer version may be led back', () => {
  const back = upcast('Closed', { from: 2, to: 'Closed' });
  new EventRegistry({ events: [Paid, Closed], upcasters: [...paid, back] });
});

test('a split may lead to a drop, two ways may lead to one event', () => {
  const upcasters = [
    ...paid,
    upcast('A', { from: 1, into: ['Closed', 'Noise'], split: () => [] }),
    upcast('B', { from: 1, to: 'Closed' }),
    upcast('Noise', { from: 1, drop: true }),
  ];
  new EventRegistry({ events: [Paid, Closed], upcasters });
});

test('a step that is none is refused where it is written', () => {
  const bad: readonly (() => unknown)[] = [
    () => upcast('', { from: 1, drop: true }),
    () => upcast('$all', { from: 1, drop: true }),
    () => upcast('Paid', { from: 0, drop: true }),
    () => upcast('Paid', { from: 1.5, drop: true }),
    () => upcast('Paid', { from: '1' as never, drop: true }),
    () => upcast('Paid', { from: 1 }),
    () => upcast('Paid', { from: 1, drop: false } as never),
    () => upcast('Paid', { from: 1, with: 'data' } as never),
    () => upcast('Paid', { from: 1, split: () => [] } as never),
    () => upcast('Paid', { from: 1, split: true, into: ['Closed'] } as never),
    () => upcast('Paid', { from: 1, to: null } as never),
    () => upcast('Paid', undefined as never),
    () => upcast('Paid', { from: 1, to: '' }),
    () => upcast('Paid', { from: 1, to: { type: 'Paid', version: 0 } }),
    () => upcast('Paid', { from: 1, into: ['Closed', { type: 'Closed', version: 2 }], split: () => [] }),
  ];
  for (const make of bad) assert.throws(make, { code: 'INVALID_ARGUMENT' });
});

test.run();
