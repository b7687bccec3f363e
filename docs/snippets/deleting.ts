import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import {
  Aggregate,
  AggregateId,
  AggregateRoot,
  Applies,
  type CommandContext,
  createApplication,
  Documents,
  DomainError,
  DomainEvent,
  Handles,
  memory,
  On,
  Projection,
  type RecordedEvent,
} from '@tidemark/core';

// #region keys
/** A key for each person. A map here; a table of its own in earnest, whose backups are kept for a short time. */
class Keys {
  readonly #keys = new Map<string, Uint8Array>();

  /** The person's key, made when there is none yet. */
  for(person: string) {
    const key = this.#keys.get(person) ?? randomBytes(32);
    this.#keys.set(person, key);
    return key;
  }

  /** What was sealed with it can be read by nobody from now on. */
  forget(person: string) {
    this.#keys.delete(person);
  }

  seal(person: string, text: string) {
    const nonce = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', this.for(person), nonce);
    const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64');
  }

  /** The text, or `undefined` where the person was forgotten. */
  open(person: string, sealed: string) {
    const key = this.#keys.get(person);
    if (key === undefined) return undefined;
    const bytes = Buffer.from(sealed, 'base64');
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12)).setAuthTag(bytes.subarray(12, 28));
    return `${decipher.update(bytes.subarray(28), undefined, 'utf8')}${decipher.final('utf8')}`;
  }
}
// #endregion keys

const keys = new Keys();

// #region aggregate
@DomainEvent('CustomerJoined')
class CustomerJoined {
  constructor(
    readonly name: string, // sealed
    readonly tariff: string,
  ) {}
}

@DomainEvent('CustomerForgotten')
class CustomerForgotten {}

class Join {
  @AggregateId() customerId!: string;
  name!: string;
  tariff!: string;
}

class Forget {
  @AggregateId() customerId!: string;
}

@Aggregate('customer')
class Customer extends AggregateRoot {
  isForgotten = false;

  @Handles(Join)
  join({ customerId, name, tariff }: Join, { services }: CommandContext<Keys>) {
    if (this.exists) throw new DomainError('CUSTOMER_KNOWN', 'this customer joined already');
    this.record(new CustomerJoined(services.seal(customerId, name), tariff));
  }

  @Handles(Forget)
  forget() {
    if (this.exists && !this.isForgotten) this.record(new CustomerForgotten());
  }

  @Applies(CustomerJoined)
  joined() {}

  @Applies(CustomerForgotten)
  forgotten() {
    this.isForgotten = true;
  }
}
// #endregion aggregate

// #region projection
@Projection('customers', { inline: true })
class Customers extends Documents<{ readonly name: string; readonly tariff: string }> {
  @On(CustomerJoined)
  joined({ aggregateId, data }: RecordedEvent<CustomerJoined>) {
    this.put(aggregateId, { name: data.name, tariff: data.tariff }); // still sealed
  }

  @On(CustomerForgotten)
  forgotten({ aggregateId }: RecordedEvent<CustomerForgotten>) {
    this.remove(aggregateId);
  }
}
// #endregion projection

await using app = await createApplication({
  store: memory(),
  aggregates: [Customer],
  projections: [Customers],
  services: keys,
});

// #region forget
await app.execute(Join, { customerId: '7', name: 'Ada', tariff: 'basic' });
const sealed = (await app.documents(Customers).get('7'))?.name ?? '';
console.log(keys.open('7', sealed)); // Ada

await app.execute(Forget, { customerId: '7' });
keys.forget('7');
console.log(keys.open('7', sealed), await app.documents(Customers).get('7')); // undefined undefined
// #endregion forget

// #region hidden
await app.eventStore.tombstoneStream('customer-7');
await app.load(Customer, '7').catch((error) => console.log(error.code)); // STREAM_DELETED
for await (const { streamName, type } of app.eventStore.readAll()) {
  console.log(streamName, type); // customer-7 CustomerJoined, customer-7 CustomerForgotten: they are all there
}
// #endregion hidden
