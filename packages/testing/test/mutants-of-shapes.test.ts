/** Proof that the conformance suite can fail: stores that do not know what their builds were begun for. */
import type { ReadModelStore } from '@tidemark/core';
import { suite } from 'uvu';
import { assertNoticed, type Break } from './mutant.ts';

const test = suite('the conformance suite notices a store that');

const rule = 'builds: a build knows what it was begun for, and which types it takes in';
const noticed = (title: string, change: (store: ReadModelStore) => Partial<ReadModelStore>) => {
  const broken: Break = (stores) => ({ readModels: change(stores.readModels) });
  test(title, () => assertNoticed(rule, broken));
};

/** What is refused for want of the build is passed over. */
const lenient = async (act: () => Promise<void>) => {
  await act().catch((error: unknown) => {
    if ((error as { code?: unknown }).code !== 'BUILD_GONE') throw error;
  });
};

noticed('forgets the indexes of a build', (store) => ({
  shapeOf: (id) => ({ ...store.shapeOf(id), indexes: [] }),
}));

noticed('forgets the types that a build takes in', (store) => ({
  shapeOf: (id) => ({ ...store.shapeOf(id), types: undefined }),
}));

noticed('gives a shape to a build that is not there', (store) => ({
  shapeOf: (id) => (store.builds().some((build) => build.id === id) ? store.shapeOf(id) : { indexes: [], tables: [] }),
}));

noticed('changes no types', (store) => ({
  changeTypes: (id, _, fence) => store.changeTypes(id, store.shapeOf(id).types ?? [], fence),
}));

noticed('adds types to those from before', (store) => ({
  changeTypes: (id, types, fence) => store.changeTypes(id, [...(store.shapeOf(id).types ?? []), ...types], fence),
}));

noticed('remembers changed types until it is closed', (store) => {
  const changed = new Map<number, readonly string[]>();
  return {
    shapeOf: (id) => ({ ...store.shapeOf(id), ...(changed.has(id) ? { types: changed.get(id) } : {}) }),
    changeTypes: async (id, types, fence) => {
      await store.changeTypes(id, store.shapeOf(id).types ?? [], fence);
      changed.set(id, types);
    },
  };
});

noticed('changes the types of a build that is not there', (store) => ({
  changeTypes: (id, types, fence) => lenient(() => store.changeTypes(id, types, fence)),
}));

noticed('changes types for whomever, lease or not', (store) => ({
  changeTypes: (id, types) => store.changeTypes(id, types),
}));

test.run();
