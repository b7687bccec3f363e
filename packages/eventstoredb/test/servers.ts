/** The process of `servers-child.ts`, from the side of a test. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { FaultScope, TestServer } from '../src/test-server/index.ts';
import type { Fault, Request, Wanted } from './servers-child.ts';

type Answer = { readonly id: number; readonly value?: unknown; readonly error?: string };
type Unnumbered<T> = T extends unknown ? Omit<T, 'id'> : never;

export interface Servers {
  /** Answers with the connection string of a new server. */
  start(wanted?: Wanted): Promise<string>;
  stop(address: string): Promise<void>;
  /** It comes back on the same port, with its log. */
  restart(address: string): Promise<void>;
  openCalls(address: string): Promise<TestServer['openCalls']>;
  seenCalls(address: string): Promise<TestServer['seenCalls']>;
  fault(address: string, fault: Fault, scope: FaultScope): Promise<void>;
  /** Ends the process, with every server in it. */
  end(): void;
}

export function serversOfAnotherProcess(): Servers {
  const child = fork(fileURLToPath(new URL('./servers-child.ts', import.meta.url)), { execArgv: process.execArgv });
  const waiting = new Map<number, (answer: Answer) => void>();
  let last = 0;
  child.on('message', (answer: Answer) => waiting.get(answer.id)?.(answer));
  child.once('exit', (code) => {
    for (const [id, settle] of waiting) settle({ id, error: `the servers' process ended with ${code}` });
  });
  const ask = async (request: Unnumbered<Request>): Promise<unknown> => {
    last += 1;
    const id = last;
    const answer = await new Promise<Answer>((resolve) => {
      waiting.set(id, resolve);
      child.send({ ...request, id });
    });
    waiting.delete(id);
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer.value;
  };
  return {
    start: async (wanted = {}) => (await ask({ act: 'start', ...wanted })) as string,
    stop: async (address) => void (await ask({ act: 'stop', address })),
    restart: async (address) => void (await ask({ act: 'restart', address })),
    openCalls: async (address) => (await ask({ act: 'openCalls', address })) as TestServer['openCalls'],
    seenCalls: async (address) => (await ask({ act: 'seenCalls', address })) as TestServer['seenCalls'],
    fault: async (address, fault, scope) => void (await ask({ act: 'fault', address, fault, scope })),
    end: () => child.disconnect(),
  };
}
