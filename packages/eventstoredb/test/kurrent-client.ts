/** The other client, by a connection string of this one. */
import { KurrentDBClient } from '@kurrent/kurrentdb-client';

export const throughKurrent = (address: string) => ({
  client: () => KurrentDBClient.connectionString`${address.replace(/^esdb/, 'kurrentdb')}`,
});
