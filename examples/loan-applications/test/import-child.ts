/** A process to be killed: imports a log into a file and lets the read models catch up, saying how far it is. */
import { sqlite } from '@tidemark/sqlite';
import { checksums } from '../src/figures/checksum.ts';
import { importLog } from '../src/import/import-log.ts';
import { openLoanDesk, readModelsCaughtUp, slowestReadModel$ } from '../src/loan-desk.ts';
import { readModels } from '../src/read-models/index.ts';

const [log = '', db = ''] = process.argv.slice(2);
const say = (word: string) => process.stdout.write(`${word}\n`);

const app = await openLoanDesk(sqlite(db));
slowestReadModel$(app).subscribe((position) => say(`models ${position}`));
const { position = 0, recorded } = await importLog(app, log, {
  onProgress: (progress) => say(`steps ${progress.recorded}`),
});
await readModelsCaughtUp(app, position, { timeout: 60_000 });
const sums = [...(await checksums(app)).values()].join(' ');
await (await app.rebuild(...readModels)).done;
const rebuilt = [...(await checksums(app)).values()].join(' ');
await app.stop();
say(rebuilt === sums ? `done ${recorded} ${sums}` : `rebuilt otherwise: ${rebuilt}`);
