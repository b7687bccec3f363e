/** Proof that the conformance suite can fail: stores whose builds, or the news of them, are broken in one way each. */
import { type ReadModelStore, Signal } from '@tidemark/core';
import { suite } from 'uvu';
import { assertNoticed, type Break } from './mutant.ts';

const test = suite('the conformance suite notices a store that');

// All at once, as some of them are noticed by waiting in vain.
const noticed = (title: string, rule: string, broken: Break) => {
  const noticing = assertNoticed(rule, broken);
  noticing.catch(() => {});
  test(title, () => noticing);
};

/** A store of read models with other members. */
const readModels =
  (change: (store: ReadModelStore) => Partial<ReadModelStore>): Break =>
  (stores) => ({ readModels: change(stores.readModels) });

noticed(
  'begins anew each time',
  'builds: an unfinished build is gone on with, whoever begins',
  readModels((store) => ({
    begin: async (model, shape) => {
      await store.drop((await store.begin(model, shape)).id);
      return store.begin(model, shape);
    },
  })),
);

let openings = 0;
noticed(
  'has each opening begin a build of its own',
  'builds: openings that begin at once get one and the same build',
  readModels((store) => {
    openings += 1;
    const own = 1_000 * openings;
    return { begin: (model, shape) => store.begin({ ...model, version: model.version + own }, shape) };
  }),
);

noticed(
  'goes on with a build of another shape',
  'builds: an unfinished build of another shape is dropped for a new one',
  readModels((store) => ({ begin: (model) => store.begin(model, { indexes: [], tables: [] }) })),
);

noticed(
  'drops the served build when another one begins',
  'builds: a build begins beside one that is served or kept, and changes neither',
  readModels((store) => ({
    begin: async (model, shape) => {
      for (const { id, state } of store.builds()) if (state !== 'building') await store.drop(id);
      return store.begin(model, shape);
    },
  })),
);

noticed(
  'serves a build as soon as it begins',
  'builds: a new build is empty, without a checkpoint, and served to nobody',
  readModels((store) => ({
    served: ({ name, version }) =>
      store.builds().findLast((build) => build.name === name && build.version <= version)?.id,
  })),
);

noticed(
  'takes names that begin alike for one',
  'builds: names and versions stand side by side',
  readModels((store) => ({
    begin: (model, shape) => store.begin({ ...model, name: model.name.split('@')[0] ?? '' }, shape),
  })),
);

noticed(
  'drops all versions at once',
  'builds: names and versions stand side by side',
  readModels((store) => ({
    drop: async (id) => {
      const { name } = store.builds().find((build) => build.id === id) ?? {};
      for (const build of store.builds()) if (build.name === name) await store.drop(build.id);
    },
  })),
);

noticed(
  'only empties a build that is dropped',
  'builds: a dropped build takes all it holds with it, and nothing else',
  readModels((store) => ({
    drop: (id) =>
      store.transact(id, {
        expected: 'any',
        run(session) {
          for (const { key } of store.scan(id, { limit: 100 })) session.write(key, null);
          return undefined;
        },
      }),
  })),
);

noticed(
  'throws when it is to drop what is gone',
  'builds: dropping what is not there does nothing',
  readModels((store) => ({
    drop: async (id) => {
      store.count(id);
      await store.drop(id);
    },
  })),
);

noticed(
  'gives the id of a dropped build again',
  'builds: the id of a dropped build never comes again',
  readModels((store) => {
    let dropped = 0;
    return {
      begin: async (model, shape) => {
        const build = await store.begin(model, shape);
        return { ...build, id: build.id - dropped };
      },
      drop: async (id) => {
        await store.drop(id + dropped);
        dropped += 1;
      },
    };
  }),
);

noticed(
  'shows a build that is gone as an empty one',
  'builds: whoever reads a build that is gone is told so, and not that it is empty',
  readModels((store) => ({
    read(id, key) {
      return store.builds().some((build) => build.id === id) ? store.read(id, key) : undefined;
    },
  })),
);

noticed(
  'takes tables that it cannot keep',
  'builds: a build with tables is refused as not supported where the store has none',
  readModels((store) => ({ begin: (model, { indexes }) => store.begin(model, { indexes, tables: [] }) })),
);

noticed(
  'serves the newest version to everybody',
  'served builds: readers get the highest served version that is not above theirs',
  readModels((store) => ({ served: ({ name }) => store.served({ name, version: Number.MAX_SAFE_INTEGER }) })),
);

noticed(
  'serves a version to its own code alone',
  "served builds: a raised version is not read by anybody before it is served, and never by the old version's code",
  readModels((store) => ({
    served: ({ name, version }) =>
      store.builds().find((build) => build.name === name && build.version === version && build.state === 'served')?.id,
  })),
);

noticed(
  'compares versions as text',
  'served builds: readers get the highest served version that is not above theirs',
  readModels((store) => ({
    served: ({ name, version }) =>
      store
        .builds()
        .filter((build) => build.name === name && build.version <= version && build.state === 'served')
        .toSorted((a, b) => (`${a.version}` < `${b.version}` ? 1 : -1))[0]?.id,
  })),
);

noticed(
  'remembers what is served',
  'served builds: a rebuilt model is switched to in one step, and back',
  readModels((store) => {
    let first: number | undefined;
    return { served: (model) => (first ??= store.served(model)) };
  }),
);

noticed(
  'changes states one by one',
  'served builds: a change from a state that a build is not in is refused whole',
  readModels((store) => ({
    changeStates: async (changes, fence) => {
      for (const one of changes) await store.changeStates([one], fence);
    },
  })),
);

noticed(
  'does not look at the state before',
  'served builds: of openings that switch at once, one does',
  readModels((store) => ({
    changeStates: (changes, fence) =>
      store.changeStates(
        changes.map((one) => ({ ...one, from: store.builds().find(({ id }) => id === one.id)?.state ?? one.from })),
        fence,
      ),
  })),
);

noticed(
  'quietly serves the last of two builds',
  'served builds: two builds of one version are never served at once',
  readModels((store) => ({
    changeStates: async (changes, fence) => {
      const [first] = changes;
      const served = store.builds().find(({ state }) => state === 'served');
      if (changes.length === 1 && first?.to === 'served' && served !== undefined)
        await store.changeStates([{ id: served.id, from: 'served', to: 'kept' }]);
      await store.changeStates(changes, fence);
    },
  })),
);

noticed(
  'does not look at the lease when it switches',
  'served builds: a switch is made by the holder of the lease only',
  readModels((store) => ({ changeStates: (changes) => store.changeStates(changes) })),
);

noticed(
  'counts no changes',
  'changes of read models: each change is seen, of whatever kind, by the opening that made it',
  readModels(() => ({ seen: () => 0 })),
);

noticed(
  'knows the changes of one opening only',
  'changes of read models: each change of another opening wakes whoever waits',
  readModels((store) => {
    const own = new Signal();
    const transact: ReadModelStore['transact'] = async (...given) => {
      await store.transact(...given);
      own.notify();
    };
    return { transact, seen: () => own.count, wait: (seen, signal) => own.wait(seen, signal) };
  }),
);

noticed(
  'waits for what comes after the waiting began',
  'changes of read models: a change between looking and waiting is not missed',
  readModels((store) => ({ wait: (_, signal) => store.wait(store.seen(), signal) })),
);

noticed(
  'waits on though its signal fired',
  'changes of read models: waiting ends with its signal, also when that has fired before',
  readModels((store) => ({ wait: (seen) => store.wait(seen, new AbortController().signal) })),
);

noticed(
  'wakes one of those who wait',
  'changes of read models: a change wakes everybody who waits',
  readModels((store) => {
    let asleep = false;
    return {
      wait: async (seen, signal) => {
        if (asleep) await new Promise(() => {});
        asleep = true;
        await store.wait(seen, signal);
      },
    };
  }),
);

noticed(
  'leaves waiting who waits when it is closed',
  'changes of read models: closing wakes whoever waits',
  readModels((store) => ({
    wait: async (seen, signal) => {
      await store.wait(seen, signal);
      try {
        store.seen();
      } catch {
        await new Promise(() => {});
      }
    },
  })),
);

test.run();
