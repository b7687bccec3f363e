/** What a refusal is looked at for. */
import { TidemarkError } from '@tidemark/core';
import * as assert from 'uvu/assert';

/** The error that `act` is refused with; fails when it is not refused, or not with this code. */
export async function refused(
  code: string,
  act: () => unknown,
): Promise<TidemarkError & Readonly<Record<string, unknown>>> {
  let outcome: unknown;
  try {
    outcome = await act();
  } catch (error) {
    assert.instance(error, TidemarkError, `found ${String(error)}`);
    assert.is((error as TidemarkError).code, code, String(error));
    return error as TidemarkError & Readonly<Record<string, unknown>>;
  }
  assert.unreachable(`was not refused with ${code}, but gave ${String(outcome)}`);
  throw outcome;
}
