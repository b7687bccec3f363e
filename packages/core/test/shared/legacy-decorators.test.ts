/** What is said where a compiler calls decorators the standard way, as it does where `experimentalDecorators` is off. */
import assert from 'node:assert/strict';
import {
  Aggregate,
  AggregateId,
  Applies,
  type ConfigurationError,
  DomainEvent,
  Handles,
  On,
  Projection,
  Value,
} from '@tidemark/core';
import { test } from 'uvu';

class Any {}
const decorators: Readonly<Record<string, readonly [decorator: unknown, kind: string]>> = {
  DomainEvent: [DomainEvent('Any'), 'class'],
  Value: [Value('Any'), 'class'],
  Aggregate: [Aggregate('any'), 'class'],
  Projection: [Projection('any'), 'class'],
  'Applies.nothing': [Applies.nothing(Any), 'class'],
  AggregateId: [AggregateId(), 'field'],
  Handles: [Handles(Any), 'method'],
  Applies: [Applies(Any), 'method'],
  On: [On(Any), 'method'],
};

for (const [name, [decorator, kind]] of Object.entries(decorators)) {
  test(`@${name} says to set experimentalDecorators`, () => {
    const target = kind === 'class' ? class {} : kind === 'field' ? undefined : () => {};
    const context = { kind, name: 'any', addInitializer: () => {}, metadata: {} };
    const call = decorator as (target: unknown, context: unknown) => void;
    assert.throws(
      () => call(target, context),
      ({ code, message, places }: ConfigurationError) => {
        assert.deepEqual([code, places], ['CONFIGURATION', [`@${name}`]]);
        return message.startsWith(`@${name} was called`) && message.includes('"experimentalDecorators": true');
      },
    );
  });
}

test.run();
