/** What an operation under faults is given, and what it is. */
import type { Stores } from '@tidemark/core';
import type { Nodes } from './cluster-process.ts';

export interface Place {
  readonly nodes: Nodes;
  readonly stores: Stores;
  /** A category that nobody else uses. */
  readonly name: string;
}

export interface Running {
  turn(number: number): Promise<void>;
  end?(): Promise<void>;
}

export interface Operation {
  /** Whether it appends, which a client does in two ways. */
  readonly appends: boolean;
  start(place: Place): Running | Promise<Running>;
}
