/** Each exported function and class, called with what it cannot mean: the refusal has a code, and comes before anything is done. */
import assert from 'node:assert/strict';
import * as core from '@tidemark/core';
import { from } from 'rxjs';
import { test } from 'uvu';
import { Account, AccountOpened, Balances, OpenAccount } from '../fixtures/bank.ts';

const { createApplication, decider, live, memory, systemClock, upcast } = core;

class Plain {}
const noObject = [null, 5, 'x', [], Plain];
const noArray = [null, 5, 'x', {}, Plain, new Set()];
const noFunction = [null, undefined, 5, 'x', {}, []];
const noText = [null, undefined, 5, {}, ['x'], Plain];
const noCount = [null, -1, 1.5, Number.NaN, '1', {}];
const noEventClass = [null, undefined, 5, 'x', {}, Plain];

type Entry = readonly [name: string, wrong: readonly unknown[], call: (value: never) => unknown, code?: string];

const stores = await memory().open();
const registry = new core.EventRegistry({ events: [AccountOpened] });
const opened = registry.encode(new AccountOpened('Ada'), core.randomIds.next());
await stores.events.append('account-1', [opened], { expectedRevision: 'no_stream' });
const { value: stored } = await stores.events.readAll()[Symbol.asyncIterator]().next();
const stores2 = await memory().open();

const start = (options: object) => createApplication({ store: memory(), ...options });
const loading = async (until: object) => {
  await using app = await start({ aggregates: [Account] });
  await app.load(Account, '1', until);
};
const definition = {
  initialState: () => ({}),
  decide: () => [],
  evolve: (state: object) => state,
  id: () => 'x',
  commands: [OpenAccount],
  events: [AccountOpened],
};
const deciding = (part: object) => decider('account', { ...definition, ...part });
const piped = (operator: unknown) =>
  new Promise((resolve, reject) =>
    from([stored as core.StoredEvent])
      .pipe(operator as never)
      .subscribe({ complete: resolve as () => void, error: reject }),
  );
const any = { expectedRevision: 'any' } as const;
const event = core.eventData('Noted', {});
const record = { commandId: 'c', command: 'Do', returned: '', decidedAt: 0 };
const appending = (command: unknown) => stores.events.append('account-2', [event], { ...any, command } as never);
const members = Account.prototype;

const entries: readonly Entry[] = [
  // Applications
  ['createApplication', noObject, (options) => createApplication(options)],
  ['createApplication keys', [{ stopTimout: 1 }, { agregates: [] }, { on_error: undefined }], start],
  ...(['store', 'readModels'] as const).map(
    (key): Entry => [`createApplication ${key}`, [null, 5, 'x', {}], (value) => start({ [key]: value })],
  ),
  ['createApplication clock', [null, 5, {}, Plain], (clock) => start({ clock })],
  ['createApplication ids', [null, 5, {}, Plain], (ids) => start({ ids })],
  ['createApplication onError', [null, 5, {}], (onError) => start({ onError })],
  ...(['conflictRetries', 'handlerTimeout', 'stopTimeout'] as const).map(
    (key): Entry => [`createApplication ${key}`, noCount, (value) => start({ [key]: value })],
  ),
  ['createApplication cache', noObject, (cache) => start({ cache })],
  ['createApplication cache keys', [{ size: 1 }], (cache) => start({ cache })],
  ['createApplication cache.max', [...noCount, 2 ** 40], (max) => start({ cache: { max } })],
  ['createApplication cache.maxAge', [...noCount, 0], (maxAge) => start({ cache: { maxAge } })],
  ['createApplication aggregates', [...noArray, [null], [{}], [{ type: 5 }]], (aggregates) => start({ aggregates })],
  ['createApplication aggregates', [[Plain]], (aggregates) => start({ aggregates }), 'CONFIGURATION'],
  ['createApplication load keys', [{ revision: 1 }, { until: new Date() }], loading],
  ['memory', noObject, (options) => memory(options)],
  ['memory clock', [null, 5, {}], (clock) => memory({ clock })],

  // Commands and aggregates
  ['Aggregate', ['', 'a-b', ...noText], (category) => core.Aggregate(category)],
  ['Aggregate options', noObject, (options) => core.Aggregate('a', options)],
  ['Aggregate keys', [{ snapshots: { every: 1 } }], (options) => core.Aggregate('a', options)],
  ['Aggregate snapshot keys', [{ every: 1, after: 2 }], (snapshot) => core.Aggregate('a', { snapshot })],
  ['Aggregate version', noCount, (version) => core.Aggregate('a', { version })],
  ['Aggregate snapshot', noObject, (snapshot) => core.Aggregate('a', { snapshot })],
  ['Aggregate target', [null, 5, {}], (target) => core.Aggregate('a')(target)],
  ['AggregateId target', [null, 5, Plain], (target) => core.AggregateId()(target, 'id')],
  ['Applies', noFunction, (type) => core.Applies(type)],
  ['Applies target', [null, 5, Plain], (target) => core.Applies(AccountOpened)(target, 'on', {} as never)],
  ['Applies.nothing', noFunction, (type) => core.Applies.nothing(type)],
  ['Applies.nothing target', [null, 5, {}], (target) => core.Applies.nothing(AccountOpened)(target)],
  ['Handles', noFunction, (command) => core.Handles(command)],
  ['Handles target', [null, 5, Plain], (target) => core.Handles(OpenAccount)(target, 'on', {} as never)],
  ['Handles method', [null, 5, Symbol('on')], (on) => core.Handles(OpenAccount)(members, on, {} as never)],
  ['aggregateTypeOf', noEventClass, (target) => core.aggregateTypeOf(target), 'CONFIGURATION'],
  ['decider', noText, (category) => decider(category, definition)],
  ['decider definition', [undefined, ...noObject], (parts) => decider('account', parts)],
  ...(['initialState', 'decide', 'evolve', 'id'] as const).map(
    (key): Entry => [`decider ${key}`, noFunction, (value) => deciding({ [key]: value })],
  ),
  ...(['commands', 'events'] as const).map(
    (key): Entry => [`decider ${key}`, [...noArray, [null], ['x']], (value) => deciding({ [key]: value })],
  ),
  ['decider version', noCount, (version) => deciding({ version })],
  ['decider snapshot', [...noObject, {}], (snapshot) => deciding({ snapshot })],

  // Events
  ['DomainEvent', ['', '$a', ...noText], (type) => core.DomainEvent(type)],
  ['DomainEvent options', noObject, (options) => core.DomainEvent('E', options)],
  ['DomainEvent version', noCount, (version) => core.DomainEvent('E', { version })],
  ['DomainEvent target', [null, 5, {}], (target) => core.DomainEvent('E')(target)],
  ['Value', ['', ...noText], (name) => core.Value(name)],
  ['Value target', [null, 5, {}], (target) => core.Value('V')(target)],
  ['ValueClasses', [undefined, ...noArray], (classes) => new core.ValueClasses(classes)],
  ['ValueClasses', [[null], [Plain]], (classes) => new core.ValueClasses(classes), 'CONFIGURATION'],
  ['EventRegistry', [undefined, ...noObject], (options) => new core.EventRegistry(options)],
  ['EventRegistry events', [undefined, ...noArray], (events) => new core.EventRegistry({ events })],
  ['EventRegistry events', [[null], [Plain]], (events) => new core.EventRegistry({ events }), 'CONFIGURATION'],
  ['EventRegistry values', noArray, (values) => new core.EventRegistry({ events: [], values })],
  [
    'EventRegistry upcasters',
    [...noArray, [null], [{ apply() {} }], [{ apply() {}, from: null, to: [] }]],
    (upcasters) => new core.EventRegistry({ events: [], upcasters }),
  ],
  ['EventRegistry restore', [undefined, ...noObject, {}], (value) => registry.restore(value)],
  ['EventRegistry demand', [undefined, ...noObject, {}], (value) => registry.demand(value)],
  ['EventRegistry demandKnown', [undefined, ...noObject, {}], (value) => registry.demandKnown(value)],
  [
    'EventRegistry demandKnown wanted',
    [null, 5, 'x', {}, []],
    (wanted) => registry.demandKnown(stored as core.StoredEvent, wanted),
  ],
  ['EventRegistry widen', noArray, (types) => registry.widen(types)],
  ['EventRegistry nameOf', noEventClass, (value) => registry.nameOf(value), 'CONFIGURATION'],
  ['EventRegistry encode', noEventClass, (value) => registry.encode(value, core.randomIds.next()), 'CONFIGURATION'],
  ['EventRegistry encode id', noText, (id) => registry.encode(new AccountOpened('Ada'), id)],
  ['eventData', ['', '$a', ...noText], (type) => core.eventData(type, {})],
  ['eventData options', noObject, (options) => core.eventData('E', {}, options)],
  ['eventData eventId', [null, 5, 'x'], (eventId) => core.eventData('E', {}, { eventId })],
  ['eventData metadata', noObject, (metadata) => core.eventData('E', {}, { metadata })],
  ['eventData data', [Plain, Symbol('x'), Number.NaN], (data) => core.eventData('E', data), 'NOT_SERIALIZABLE'],
  ['encodeValue', [Plain, Symbol('x'), Number.NaN], (value) => core.encodeValue(value, 'it'), 'NOT_SERIALIZABLE'],
  ['decodeValue', [undefined, '', {}], (json) => core.decodeValue(json, undefined, 'it'), 'UNREADABLE_EVENT'],
  ['isEvent', noEventClass, (type) => core.isEvent(stored as core.StoredEvent, type)],
  ['isEvent event', [null, undefined, 5, 'x'], (value) => core.isEvent(value, AccountOpened)],
  ['categoryOf', noText, (name) => core.categoryOf(name), 'INVALID_STREAM_NAME'],
  ['aggregateIdOf', noText, (name) => core.aggregateIdOf(name), 'INVALID_STREAM_NAME'],
  ['assertStreamName', ['', ...noText], (name) => core.assertStreamName(name), 'INVALID_STREAM_NAME'],
  ['streamName', ['', 'a-b', ...noText], (category) => core.streamName(category, '1'), 'INVALID_STREAM_NAME'],
  ['streamName id', ['', ...noText], (id) => core.streamName('a', id), 'INVALID_STREAM_NAME'],
  ['assertExpectedRevision', [...noCount, undefined, 'x'], (value) => core.assertExpectedRevision(value)],
  ['assertPlace', [...noCount, undefined], (value) => core.assertPlace('it', value)],
  ['upcast', ['', ...noText], (type) => upcast(type, { from: 1, drop: true })],
  ['upcast step', [undefined, ...noObject, {}, { from: 1 }], (step) => upcast('E', step)],
  ['upcast from', noCount, (start) => upcast('E', { from: start, drop: true })],
  ['upcast with', [null, 5, 'x', {}], (change) => upcast('E', { from: 1, with: change })],
  ['upcast to', [null, 5, '', {}], (to) => upcast('E', { from: 1, to })],
  ['upcast split', [null, 5, 'x', {}], (split) => upcast('E', { from: 1, split, into: ['F'] })],
  [
    'upcast into',
    [undefined, ...noArray, [null], ['F', 'F']],
    (into) => upcast('E', { from: 1, split: () => [], into }),
  ],
  ['upcast drop', [null, false, 5], (drop) => upcast('E', { from: 1, drop })],
  [
    'upcast two ways',
    [
      { drop: true, to: 'F' },
      { split: () => [], into: [], to: 'F' },
    ],
    (ways: object) => upcast('E', { from: 1, ...ways } as never),
  ],

  // Projections
  ['Projection', ['', ...noText], (name) => core.Projection(name)],
  ['Projection options', noObject, (options) => core.Projection('p', options)],
  ['Projection keys', [{ index: ['a'] }, { onerror: 'park' }], (options) => core.Projection('p', options)],
  ['Projection indexes', [...noArray, [null], ['a b']], (indexes) => core.Projection('p', { indexes })],
  ['Projection version', noCount, (version) => core.Projection('p', { version })],
  ['Projection target', [null, 5, {}], (target) => core.Projection('p')(target)],
  ['On', noFunction, (type) => core.On(type)],
  ['On target', [null, 5, Plain], (target) => core.On(AccountOpened)(target, 'on', {} as never)],
  ['eventsOf', noEventClass, (projection) => core.eventsOf(projection), 'CONFIGURATION'],
  ['live', ['', ...noText], (name) => live(name, (events$) => events$)],
  ['live pipeline', noFunction, (pipeline) => live('p', pipeline)],
  ['live filter', [...noObject, undefined, { types: [Plain] }], (filter) => live('p', filter, (events$) => events$)],

  // Following the log
  ['ofType', noEventClass, (type) => piped(core.ofType(type))],
  ['ofType none', [[]], (none: []) => piped(core.ofType(...none))],
  ['inCategory', noText, (category) => piped(core.inCategory(category))],
  ['inCategory none', [[]], (none: []) => piped(core.inCategory(...none))],
  ['scanByKey', noFunction, (keyOf) => piped(core.scanByKey(keyOf, () => 1, 0))],
  ['scanByKey reducer', noFunction, (reducer) => piped(core.scanByKey(() => 1, reducer, 0))],
  [
    'scanByKey options',
    noObject,
    (options) =>
      piped(
        core.scanByKey(
          () => 1,
          () => 1,
          0,
          options,
        ),
      ),
  ],
  ['windowByEventTime', [undefined, ...noObject, {}], (options) => piped(core.windowByEventTime(options))],

  // Stores
  ['filterTest', [...noObject, { category: ['a'] }, { types: [] }], (filter) => core.filterTest(filter)],
  ['assertFilter', [...noObject, { category: ['a'] }, { types: [] }], (filter) => core.assertFilter(filter)],
  ['copyLog', [undefined, ...noObject, {}], (source) => core.copyLog(source, stores2.events)],
  ['copyLog to', [undefined, ...noObject, {}], (to) => core.copyLog(stores.events, to)],
  ['copyLog options', noObject, (options) => core.copyLog(stores.events, stores2.events, options)],
  ['copyLog onProgress', [null, 5, {}], (onProgress) => core.copyLog(stores.events, stores2.events, { onProgress })],
  ['append command', [...noObject, {}], appending],
  ['append commandId', [undefined, null, 5, ''], (commandId) => appending({ ...record, commandId })],
  ['append command text', noText, (command) => appending({ ...record, command })],
  ['append returned', noText, (returned) => appending({ ...record, returned })],
  ['append decidedAt', [undefined, ...noCount], (decidedAt) => appending({ ...record, decidedAt })],
  ['assertCommandRecord', [undefined, ...noObject, {}], (value) => core.assertCommandRecord(value)],
  ['assertCommandId', ['', ...noText], (value) => core.assertCommandId(value)],
  ['assertAppend', noArray, (events) => core.assertAppend('a', events, 'any', 1)],
  ['assertAppends', noArray, (appends) => core.assertAppends(appends, 1)],
  ['assertOptions', noObject, (options) => core.assertOptions(options)],
  ['assertReadOptions', noObject, (options) => core.assertReadOptions(options)],
  ['assertReadAllOptions', noObject, (options) => core.assertReadAllOptions(options)],
  ['assertSubscribeOptions', noObject, (options) => core.assertSubscribeOptions(options)],
  ['changedMetadata', [...noObject, { count: 1 }], (changes) => core.changedMetadata({}, changes)],
  ['metadataChanges', [...noObject, { count: 1 }], (changes) => core.metadataChanges(changes)],
  ['assertObject', noObject, (value) => core.assertObject('it', value)],
  ['assertKeys', [...noObject, { other: 1 }], (value) => core.assertKeys('it', value, { known: true })],
  ['assertArray', noArray, (value) => core.assertArray('it', value)],
  ['assertFunction', noFunction, (value) => core.assertFunction('it', value)],
];

/** What a user gives nothing to that could be wrong, or that stands in other tests. */
const elsewhere: Readonly<Record<string, readonly string[]>> = {
  'extended, and called by handlers': ['AggregateRoot', 'Command', 'Documents', 'Tables'],
  'given to others': ['systemClock', 'randomIds'],
  'called by stores, with what they themselves looked up': [
    ...['StoredEvent', 'Signal', 'Turns', 'eventPages', 'pullSubscription'],
    ...['planAppend', 'assertDeletable', 'assertOneKind', 'assertReadOn', 'visibleFrom'],
  ],
};

for (const [name, wrong, call, code = 'INVALID_ARGUMENT'] of entries) {
  test(`${name} refuses what it cannot mean: ${code}`, async () => {
    for (const value of wrong) {
      const error = await refusal(() => call(value as never));
      assert.ok(error instanceof core.TidemarkError, `${String(value)}: ${String(error)}`);
      assert.equal(error.code, code, `${String(value)}: ${error.message}`);
      if (error instanceof core.ArgumentError) assert.ok([error.found, error.wanted].every(Boolean), error.message);
    }
    assert.equal(await stores.events.head(), 1);
    assert.equal(await stores2.events.head(), 0);
  });
}

test('every exported function and class is called here, or left out for a reason', () => {
  const called = new Set(entries.map(([name]) => name.split(/[ .]/)[0]));
  const known = new Set([...called, ...Object.values(elsewhere).flat()]);
  const isError = (value: unknown) => typeof value === 'function' && value.prototype instanceof Error;
  const exported = Object.entries(core).filter(([, value]) => !isError(value));
  assert.deepEqual(
    exported.map(([name]) => name).filter((name) => !known.has(name)),
    [],
  );
});

test('what is right beside it is taken', async () => {
  const app = await start({ clock: systemClock, cache: { max: 0 }, aggregates: [Account], projections: [Balances] });
  await app.stop();
  await piped(core.ofType(AccountOpened));
  await piped(core.inCategory('account'));
  assert.ok(core.isEvent(stored as core.StoredEvent, AccountOpened) === false);
  assert.deepEqual(upcast('E', { from: 1, drop: true }).to, []);
  assert.equal(core.filterTest()(stored as core.StoredEvent), true);
  await appending(record);
});

test('a key that is not known is named, with those that are', async () => {
  const error = (await refusal(() => core.Projection('p', { index: ['a'] } as object))) as core.ArgumentError;
  assert.deepEqual([error.found, error.wanted], ['the key index', 'version, inline, onError, retries, indexes']);
});

/** What it throws, or rejects with, whichever it does. */
async function refusal(call: () => unknown): Promise<unknown> {
  try {
    await call();
  } catch (error) {
    return error;
  }
  return undefined;
}

test.run();
