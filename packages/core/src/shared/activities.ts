/**
 * What code carries along however many promises away: by which handlers it is called (to wait for one of them would be
 * to wait for itself), and what has caused it. In one storage, as each of them costs every promise of the process.
 */
import { AsyncScope } from './async-scope.ts';

/** A handler at work. */
export interface Activity {
  readonly isUnderWay: boolean;
}

/** `C` says what has caused what runs. */
interface Carried<C> {
  readonly activities: readonly Activity[];
  readonly causation: C | undefined;
}

interface Causes<C> {
  getStore(): C | undefined;
  run<R>(causation: C, act: () => R): R;
}

export class Activities<C = unknown> {
  readonly #carried = new AsyncScope<Carried<C>>();

  /** The cause alone, as a storage of its own would have it. */
  readonly causation: Causes<C> = {
    getStore: () => this.#carried.getStore()?.causation,
    run: (causation, act) =>
      this.#carried.run({ activities: this.#carried.getStore()?.activities ?? [], causation }, act),
  };

  run<R>(activity: Activity, act: () => R): R {
    const causation = this.#carried.getStore()?.causation;
    return this.#carried.run({ activities: [...this.#underWay(), activity], causation }, act);
  }

  /** Whether the caller is called by this activity; without one, by any. One that has ended counts for nothing. */
  isPartOf(activity?: Activity): boolean {
    const calling = this.#underWay();
    return activity === undefined ? calling.length > 0 : calling.includes(activity);
  }

  /** To be called when no activity begins any more. */
  end(): void {
    this.#carried.end();
  }

  /** Timers and the like that a handler left behind still carry it with them. */
  #underWay(): readonly Activity[] {
    return (this.#carried.getStore()?.activities ?? []).filter(({ isUnderWay }) => isUnderWay);
  }
}
