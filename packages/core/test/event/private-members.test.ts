/** `#private` members, which storing would lose, are found at the start where the language lets them be found. */
import assert from 'node:assert/strict';
import {
  Aggregate,
  AggregateRoot,
  type ApplicationOptions,
  Applies,
  type ConfigurationError,
  createApplication,
  DomainEvent,
  memory,
  Value,
} from '@tidemark/core';
import { test } from 'uvu';

class Plain {
  private readonly text = "'#text";
  /* #comment = 1; this.#comment */
  // #line = 1; this.#line
  readonly color = '#fff;';
  readonly template = `this.#field = 1; #field = 2;`;
  static #count = 0;
  static #next(): number {
    Plain.#count += 1;
    return Plain.#count;
  }
  /** An ordinary private one is stored. */
  get shown(): string {
    return `${this.text}${Plain.#next()}`;
  }
}
// Not above the class: a compiler does not take that together with static #private members.
DomainEvent('Plain')(Plain);

class WithField {
  #seal = 1;
  get seal(): number {
    return this.#seal;
  }
}
class WithoutValue {
  #seal: number | undefined;
  open(): number {
    this.#seal ??= 1;
    return this.#seal;
  }
}
class WithMethod {
  seal(): number {
    return this.#make();
  }
  #make(): number {
    return 1;
  }
}
class WithAccessor {
  seal(): number {
    return this.#made;
  }
  get #made(): number {
    return 1;
  }
}
class Inherited extends WithField {}

const refusing = (options: Partial<ApplicationOptions>, name: string, member: RegExp) =>
  assert.rejects(createApplication({ store: memory(), ...options }), (error: ConfigurationError) => {
    assert.deepEqual([error.code, error.places], ['CONFIGURATION', [name]]);
    assert.match(error.message, member);
    return true;
  });

test('an event or a value with #private members is refused, and its class named', async () => {
  for (const target of [WithField, WithoutValue, WithMethod, WithAccessor, Inherited]) {
    DomainEvent('Sealed')(target);
    Value('Sealed')(target);
    await refusing({ events: [target] }, target.name, new RegExp(`^${target.name} has #(seal|make|made), which`));
    await refusing({ values: [target] }, target.name, new RegExp(`^${target.name} has #(seal|make|made), which`));
  }
});

test('static ones, comments and texts do no harm', async () => {
  assert.equal(new Plain().shown, "'#text1");
  await (await createApplication({ store: memory(), events: [Plain] })).stop();
});

test('an aggregate whose snapshots would lose a #private field is refused; without snapshots it loses nothing', async () => {
  const aggregate = (snapshot?: { every: number }) => {
    @Aggregate('counter', { ...(snapshot && { snapshot }) })
    class Counter extends AggregateRoot {
      #count = 0;
      get count(): number {
        return this.#count;
      }
      @Applies(Plain)
      plain(): void {
        this.#count += 1;
      }
    }
    return Counter;
  };
  await refusing({ aggregates: [aggregate({ every: 5 })] }, 'Counter', /^Counter has #count\d*, which its snapshots/);
  await (await createApplication({ store: memory(), aggregates: [aggregate()] })).stop();
});

test('an aggregate with snapshots may have #private methods', async () => {
  @Aggregate('counter', { snapshot: { every: 5 } })
  class Counter extends AggregateRoot {
    count = 0;
    @Applies(Plain)
    plain(): void {
      this.#add();
    }
    #add(): void {
      this.count += 1;
    }
  }
  await (await createApplication({ store: memory(), aggregates: [Counter] })).stop();
});

test.run();
