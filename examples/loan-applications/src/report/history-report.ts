/** One application: what happened to it, and what it was at an earlier date. */
import { type Application, type RecordedEvent, StreamNotFoundError } from '@tidemark/core';
import { bankDateAndTime } from '../bank-time.ts';
import { LoanApplication } from '../domain/loan-application.ts';
import { OffersMade } from '../read-models/offers-made.ts';
import { Variants } from '../read-models/variants.ts';
import { euros } from './numbers.ts';
import type { TableText } from './table.ts';

/** One that has something to show and fits on a screen: an accepted offer after another, in as few steps as any. */
export async function tellingApplication(app: Application): Promise<string | undefined> {
  let best: { readonly number: string; readonly steps: number } | undefined;
  for await (const { key, value } of app.documents(OffersMade).all()) {
    if (value.offers.length < 2 || !value.offers.some(({ state }) => state === 'accepted')) continue;
    const course = await app.documents(Variants).get(key);
    const steps = course?.path.length ?? 0;
    if (best === undefined || steps < best.steps) best = { number: key, steps };
  }
  if (best !== undefined) return best.number;
  for await (const { key } of app.documents(Variants).all()) return key;
  return undefined;
}

/** `undefined` where nothing is recorded of it. */
export async function historyReport(app: Application, number: string): Promise<readonly TableText[] | undefined> {
  const history = await historyOf(app, number);
  const earlier = history[Math.floor(history.length / 2)]?.occurredAt;
  if (earlier === undefined) return undefined;
  const then = await app.load(LoanApplication, number, { at: earlier });
  const now = await app.load(LoanApplication, number);
  return [
    {
      title: `The history of application ${number}`,
      kind: 'text',
      head: ['', 'when', 'what', 'by'],
      rows: history.map((event) => [
        String(event.revision),
        bankDateAndTime(event.occurredAt.getTime()),
        whatHappened(event),
        (event.data as { readonly by?: string }).by ?? '–',
      ]),
    },
    {
      title: `Its state then and now: app.load(LoanApplication, '${number}', { at })`,
      kind: 'text',
      head: ['', bankDateAndTime(earlier.getTime()), 'at the end'],
      rows: Object.entries(stateOf(then)).map(([name, value], index) => [
        name,
        value,
        Object.values(stateOf(now))[index] ?? '',
      ]),
    },
  ];
}

/** Empty where nothing is recorded. */
export async function historyOf(app: Application, number: string): Promise<readonly RecordedEvent[]> {
  const history: RecordedEvent[] = [];
  try {
    for await (const event of app.history(LoanApplication, number)) history.push(event);
  } catch (error) {
    if (!(error instanceof StreamNotFoundError)) throw error;
  }
  return history;
}

/** `OfferSent (offer 1)` */
export function whatHappened({ type, data }: RecordedEvent): string {
  return `${type}${detail(data)}`;
}

function detail(data: unknown): string {
  const { work, offer, amount } = data as { readonly work?: string; readonly offer?: number; readonly amount?: number };
  if (work !== undefined) return ` (${work})`;
  if (offer !== undefined) return ` (offer ${offer})`;
  return amount === undefined ? '' : ` (${euros(amount)})`;
}

/** The fields of an application as people read them. */
export function stateOf({
  status,
  amount,
  granted,
  offers,
  planned,
  atWork,
}: LoanApplication): Readonly<Record<string, string>> {
  const list = (items: readonly string[]) => items.join(', ') || '–';
  return {
    status,
    amount: euros(amount),
    granted: list(granted),
    offers: list(offers.map(({ number, state }) => `${number} ${state}`)),
    'work planned so far': list(planned),
    'being done': list(atWork),
  };
}
