/** Logs for tests, small enough to read. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder that is gone when the test is over. */
export async function withFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'loan-applications-test-'));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export async function withLog<T>(content: string | Uint8Array, use: (file: string) => Promise<T>): Promise<T> {
  return withFolder(async (folder) => {
    const file = join(folder, 'log.xes');
    await writeFile(file, content);
    return use(file);
  });
}

export interface LoggedLine {
  readonly name: string;
  readonly transition?: string;
  readonly at: string;
  readonly by?: string;
}

/** `name transition` or `name`, a minute apart from 9 o'clock on. */
export function lines(...steps: readonly string[]): readonly LoggedLine[] {
  return steps.map((step, minute) => {
    const [, name = '', transition = 'COMPLETE'] = /^(.*?)(?: (SCHEDULE|START|COMPLETE))?$/.exec(step) ?? [];
    return { name, transition, at: `2012-01-02T09:${String(minute).padStart(2, '0')}:00.000+01:00`, by: '10862' };
  });
}

export function trace(number: string, steps: readonly LoggedLine[]): string {
  return [
    '<trace>',
    '<date key="REG_DATE" value="2012-01-02T08:59:00.000+01:00"/>',
    `<string key="concept:name" value="${number}"/>`,
    '<string key="AMOUNT_REQ" value="5000"/>',
    ...steps.map(event),
    '</trace>',
  ].join('\n');
}

export function log(...traces: readonly string[]): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<log xes.version="1.0">\n${traces.join('\n')}\n</log>\n`;
}

function event({ name, transition = 'COMPLETE', at, by }: LoggedLine): string {
  const who = by === undefined ? '' : `<string key="org:resource" value="${by}"/>`;
  const what = `<string key="concept:name" value="${name}"/><string key="lifecycle:transition" value="${transition}"/>`;
  return `<event>${who}${what}<date key="time:timestamp" value="${at}"/></event>`;
}
