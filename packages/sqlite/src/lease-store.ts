/** Leases, for a moment each: nobody waits for the disk, and times are those of the store's clock. */
import { ArgumentError, type Lease, type LeaseStore } from '@tidemark/core';
import type { Period } from './leases.ts';
import type { OpenedFile } from './opened-file.ts';

export class SqliteLeaseStore implements LeaseStore {
  constructor(private readonly file: OpenedFile) {}

  async acquire(name: string, owner: string, duration: number): Promise<Lease | undefined> {
    return this.file.writer.submit(this.file.leases.acquisition(name, owner, this.#period(duration)));
  }

  async renew(leases: readonly Lease[], duration: number): Promise<readonly Lease[]> {
    return this.file.writer.submit(this.file.leases.renewal(leases, this.#period(duration)));
  }

  async release(leases: readonly Lease[]): Promise<void> {
    return this.file.writer.submit(this.file.leases.releasing(leases));
  }

  #period(duration: number): Period {
    if (!(Number.isFinite(duration) && duration > 0))
      throw new ArgumentError('duration', String(duration), 'milliseconds, more than 0');
    return { duration, now: () => this.file.now() };
  }
}
