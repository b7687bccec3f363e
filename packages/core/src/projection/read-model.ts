import { ConfigurationError } from '../errors.ts';
import { className } from '../shared/describe.ts';

let sessionOf: (model: ReadModel, session: unknown) => void;

/** What every projection class extends by way of `Documents` or `Tables`. `S` is what its handlers work with. */
export abstract class ReadModel<S = unknown> {
  #session: S | undefined;

  static {
    sessionOf = (model, session) => {
      model.#session = session;
    };
  }

  /** Throws `ConfigurationError` outside a handler's run. */
  protected get session(): S {
    if (this.#session !== undefined) return this.#session;
    const name = className(this);
    throw new ConfigurationError(`the read model of ${name} was used outside its handlers`, [name]);
  }
}

/** Lets handlers use the read model until `closeSession`: what an asynchronous one does later is refused. */
export function openSession<S>(model: ReadModel<S>, session: S): void {
  sessionOf(model, session);
}

export function closeSession(model: ReadModel): void {
  sessionOf(model, undefined);
}
