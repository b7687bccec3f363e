/** The server that scenarios on EventStoreDB share. */
import type { Bench } from './bench.ts';
import { Child } from './processes/child.ts';

/** The one that `TIDEMARK_EVENTSTOREDB` names; without it the test server, in a process that ends with the scenario. */
export async function serverAddress(bench: Bench): Promise<string> {
  const given = process.env['TIDEMARK_EVENTSTOREDB'];
  if (given) return given;
  const child = await Child.start<{ connectionString: string }>('eventstoredb-server', {});
  bench.atEnd(() => child.end());
  child.go();
  return (await child.result()).connectionString;
}
