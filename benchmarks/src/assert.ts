/** Refuses a result that was not reached. */
export function assertDone(what: string, found: unknown, wanted: unknown): void {
  if (Object.is(found, wanted)) return;
  throw new WorkNotDoneError(`${what}: found ${String(found)}, wanted ${String(wanted)}`);
}

/** A way did not do its work: what it measured means nothing. */
class WorkNotDoneError extends Error {}
