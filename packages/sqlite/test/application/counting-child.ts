/** Adds as many times as it is told, on the same counters as its parent. */
import { createApplication } from '@tidemark/core';
import { sqlite } from '@tidemark/sqlite';
import { Add, Counter, Totals } from './counter.ts';

const [file = '', times = '0'] = process.argv.slice(2);
await using app = await createApplication({ store: sqlite(file), aggregates: [Counter], projections: [Totals] });
const adding = [];
for (let n = 0; n < Number(times); n += 1) adding.push(app.execute(Add, { counterId: `c${n % 5}`, n: 1 }));
await Promise.all(adding);
