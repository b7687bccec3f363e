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

/** Opens the read model to `run`, and closes it when it returns: what an asynchronous handler does later is refused. */
export function withSession<S, R>(model: ReadModel<S>, session: S, run: () => R): R {
  sessionOf(model, session);
  try {
    return run();
  } finally {
    sessionOf(model, undefined);
  }
}
