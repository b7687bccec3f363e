/** An event on its way into another log: what is written there, and what has to be the same when it is read. */
import { AppendTooLargeError, UnreadableEventError } from '../errors.ts';
import { type EventData, placeOf, type StoredEvent, timeOf } from '../event/event.ts';
import { assertTexts } from '../event/event-data.ts';
import { bytesOf } from './append-rules.ts';

/** The same texts, with a note of when it was recorded first; one that it has already stays. */
export function copiedEvent(event: StoredEvent): EventData {
  const { eventId, type, dataText: data } = event;
  return { eventId, type, data, metadata: notedMetadata(event) };
}

/**
 * Refuses an event that no store could take, or not this one. Throws `UnreadableEventError` or `AppendTooLargeError`,
 * which name it.
 */
export function assertCopyable(event: StoredEvent, maxAppendBytes: number): void {
  const copied = copiedEvent(event);
  try {
    assertTexts(copied);
  } catch (cause) {
    throw new UnreadableEventError(placeOf(event), cause instanceof Error ? cause.message : String(cause), { cause });
  }
  const bytes = bytesOf(copied);
  if (bytes <= maxAppendBytes) return;
  const found = `event ${event.revision} with ${bytes} bytes`;
  throw new AppendTooLargeError(event.streamName, found, `at most ${maxAppendBytes} bytes, as the other store takes`);
}

/**
 * What has to be the same in both logs, beside the place in the stream. JSON is compared by what is read from it, as a
 * store may write it in its own way; where its time is noted does not matter.
 */
export function comparable(event: StoredEvent): Readonly<Record<string, string>> {
  const { eventId, type, dataText, metadataText } = event;
  return {
    id: eventId,
    type,
    data: inOneForm(dataText),
    metadata: inOneForm(metadataText ?? '{}', '$recordedAt'),
    'time of recording': event.recordedAt.toISOString(),
  };
}

function notedMetadata({ metadataText, recordedAt }: StoredEvent): string {
  const note = `"$recordedAt":${JSON.stringify(recordedAt.toISOString())}`;
  if (metadataText === null) return `{${note}}`;
  const metadata = objectIn(metadataText);
  // What is no object is refused by name, as it is.
  if (metadata === undefined) return metadataText;
  if (!Number.isNaN(timeOf(metadata['$recordedAt']))) return metadataText;
  const { $recordedAt: _, ...others } = metadata;
  if (Object.keys(others).length === 0) return `{${note}}`;
  // The rest of the text stays as it is, numbers that JavaScript cannot hold included.
  const rest = '$recordedAt' in metadata ? JSON.stringify(others) : metadataText;
  return `{${note},${rest.slice(rest.indexOf('{') + 1)}`;
}

function inOneForm(text: string, without?: string): string {
  const value = parsed(text);
  if (value === undefined) return text;
  if (without !== undefined && typeof value === 'object' && value !== null)
    delete (value as Record<string, unknown>)[without];
  return JSON.stringify(value);
}

function objectIn(text: string): Readonly<Record<string, unknown>> | undefined {
  const value = parsed(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return value as Record<string, unknown>;
}

/** `undefined` for what is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
