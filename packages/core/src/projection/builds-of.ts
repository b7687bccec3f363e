import type { ModelBuild, ModelKey } from '../store/read-model-store.ts';

/** The builds of one version of a projection, oldest first. */
export function buildsOf(builds: readonly ModelBuild[], { name, version }: ModelKey): readonly ModelBuild[] {
  return builds.filter((build) => build.name === name && build.version === version);
}

/** Of the builds of one version, the one that counts: what is served, or else what is being filled. */
export function presentBuild(own: readonly ModelBuild[]): ModelBuild | undefined {
  return own.find(({ state }) => state === 'served') ?? own.find(({ state }) => state === 'building');
}
