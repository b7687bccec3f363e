/**
 * By which handlers a piece of code is called, however many promises away: to wait for one of them would be to wait for
 * itself.
 */
import { AsyncScope } from './async-scope.ts';

/** A handler at work. */
export interface Activity {
  readonly isUnderWay: boolean;
}

export class Activities {
  readonly #calling = new AsyncScope<readonly Activity[]>();

  run<R>(activity: Activity, act: () => R): R {
    return this.#calling.run([...this.#underWay(), activity], act);
  }

  /** Whether the caller is called by this activity; without one, by any. One that has ended counts for nothing. */
  isPartOf(activity?: Activity): boolean {
    const calling = this.#underWay();
    return activity === undefined ? calling.length > 0 : calling.includes(activity);
  }

  /** To be called when no activity begins any more. */
  end(): void {
    this.#calling.end();
  }

  /** Timers and the like that a handler left behind still carry it with them. */
  #underWay(): readonly Activity[] {
    return (this.#calling.getStore() ?? []).filter(({ isUnderWay }) => isUnderWay);
  }
}
