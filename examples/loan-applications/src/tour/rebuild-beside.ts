/** The rebuild of a read model while the import goes on: progress, the switch, and that readers had all of it throughout. */
import { type Application, ClosedError } from '@tidemark/core';
import type { DeskStores } from '../loan-desk.ts';
import { openApplicationsOf } from '../read-models/open-applications.ts';
import { count } from '../report/numbers.ts';
import type { Progress, ProgressLine } from '../report/progress.ts';
import { OpenWitness, type Sighting } from './open-witness.ts';
import { countedBy } from './tour-options.ts';

export class RebuildBeside {
  #running: Promise<void> | undefined;

  constructor(
    private readonly app: Application,
    private readonly desk: DeskStores,
    private readonly progress: Progress,
  ) {}

  /** The first call begins it. */
  begin(): void {
    this.#running ??= this.#run();
    // `finished` says so, where somebody waits; otherwise the import has failed, and says why.
    this.#running.catch(() => {});
  }

  /** Throws why it failed. One that was never begun is finished. */
  async finished(): Promise<void> {
    await this.#running;
  }

  /** Resolves when nothing of it goes on any more, however it ended. */
  async over(): Promise<void> {
    await this.#running?.catch(() => {});
  }

  async #run(): Promise<void> {
    const line = this.progress.line('rebuild', countedBy(this.app));
    const witness = await OpenWitness.open(this.desk);
    try {
      await this.#switch(line, witness);
    } catch (error) {
      if (!(error instanceof ClosedError)) throw error;
      line.end('The rebuild is not finished; the next start goes on with it.');
    } finally {
      await witness.close();
    }
  }

  async #switch(line: ProgressLine, witness: OpenWitness): Promise<void> {
    const before = witness.look();
    const rebuild = await this.app.rebuild(openApplicationsOf(this.app));
    const moving = rebuild.progress$.subscribe(({ done, total, eventsPerSecond, timeLeft }) =>
      line.show({ done, total, perSecond: eventsPerSecond, left: timeLeft }),
    );
    await rebuild.done.finally(() => moving.unsubscribe());
    const after = witness.look();
    const where = after.log === undefined ? 'beside the import' : `at event ${count(after.log.position)}`;
    line.end(
      `Switched to the rebuilt open applications ${where}, as readers see it: ` +
        `before it ${described(before)} were there, after it ${described(after)}.`,
    );
    await this.app.dropOld(openApplicationsOf(this.app));
  }
}

function described({ open, log }: Sighting): string {
  if (log === undefined) return count(open);
  if (open === log.open) return `all ${count(open)} of the log`;
  return `${count(open)} and NOT ALL ${count(log.open)} of the log`;
}
