/** Events by what matters to operators: whose they are, when they happened, and how much. */
import { type RecordedEvent, StoredEvent } from '@tidemark/core';

export interface Amount {
  readonly amount: number;
}

let position = 0;

export function happened(streamName: string, at: number, amount = 1): RecordedEvent<Amount> {
  position += 1;
  const id = `6b1f6c2e-3c1e-4b5a-9d5e-${String(position).padStart(12, '0')}`;
  const occurredAt = JSON.stringify({ $occurredAt: new Date(at).toISOString() });
  const [category = ''] = streamName.split('-');
  const data = JSON.stringify({ amount });
  return new StoredEvent(id, 'Deposited', data, occurredAt, streamName, category, 0, position, 0) as never;
}
