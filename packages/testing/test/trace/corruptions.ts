/** Ways to falsify a correct trace, each with the verdicts that may be the first: one change, of which there is no innocent reading. */
import { countedId, type LoggedEvent, type TraceEntry, type ViolationCode } from '@tidemark/testing';
import type { RecordedTrace } from './histories.ts';

type Seen = Extract<TraceEntry, { kind: 'seen' }>;
type Checkpointed = Extract<TraceEntry, { kind: 'committed' | 'restarted' }>;

/** A place in a trace, with what the process was about there. */
interface Spot {
  readonly trace: RecordedTrace;
  readonly index: number;
  readonly entry: TraceEntry;
  readonly build: number;
  /** How far the trace knew, just before, that the checkpoint had come. */
  readonly durable: number;
  /** What the rest of the run says. */
  readonly rest: readonly TraceEntry[];
  /** What the run said before. */
  readonly before: readonly TraceEntry[];
}

export interface Corruption {
  readonly codes: readonly ViolationCode[];
  /** The changed list of entries, or `undefined` where the spot does not lend itself to it. */
  readonly change: (spot: Spot, log: readonly LoggedEvent[]) => readonly TraceEntry[] | undefined;
}

export const corruptions: Readonly<Record<string, Corruption>> = {
  'leaves out an event that others follow, or a checkpoint covers': {
    codes: ['EVENT_SKIPPED', 'CHECKPOINT_AHEAD'],
    change: (spot) => {
      if (spot.entry.kind !== 'seen') return undefined;
      const { position } = spot.entry;
      const goesOn = spot.rest.some(
        (entry) => entry.kind === 'seen' || (entry.kind === 'committed' && entry.position >= position),
      );
      return goesOn ? replaced(spot) : undefined;
    },
  },
  'sees an event once more': {
    codes: ['DELIVERED_TWICE'],
    change: (spot) =>
      spot.entry.kind === 'seen'
        ? replaced(spot, spot.entry, ...spot.rest.slice(0, 2), spot.entry, ...spot.rest.slice(2))
        : undefined,
  },
  'swaps two events': {
    codes: ['OUT_OF_ORDER'],
    change: (spot) => {
      const [next] = spot.rest;
      return spot.entry.kind === 'seen' && next?.kind === 'seen'
        ? replaced(spot, next, spot.entry, ...spot.rest.slice(1))
        : undefined;
    },
  },
  'sees another event at a position': {
    codes: ['WRONG_EVENT'],
    change: (spot) =>
      spot.entry.kind === 'seen'
        ? replaced(spot, { ...spot.entry, eventId: countedId(99_999) }, ...spot.rest)
        : undefined,
  },
  'sees an event where the log has none': {
    codes: ['WRONG_EVENT'],
    change: (spot, log) => {
      const position = (log.at(-1)?.position ?? 0) + 7;
      const nowhere: Seen = { kind: 'seen', position, eventId: countedId(position), part: undefined };
      return spot.entry.kind === 'seen' ? replaced(spot, spot.entry, nowhere, ...spot.rest) : undefined;
    },
  },
  'sees an event that nobody wants': {
    codes: ['UNWANTED_EVENT'],
    change: (spot, log) => {
      const other = log.find(({ type }) => type !== 'Wanted');
      if (spot.entry.kind !== 'seen' || other === undefined) return undefined;
      const { position, eventId, part } = other;
      return replaced(spot, spot.entry, { kind: 'seen', position, eventId, part }, ...spot.rest);
    },
  },
  'moves the checkpoint back': {
    codes: ['CHECKPOINT_BACKWARDS'],
    change: (spot) =>
      spot.entry.kind === 'committed' && spot.durable > 0
        ? replaced(spot, spot.entry, { ...spot.entry, position: spot.durable - 1, eventId: undefined }, ...spot.rest)
        : undefined,
  },
  'loses the checkpoint at a restart': {
    codes: ['CHECKPOINT_BACKWARDS'],
    change: (spot) =>
      spot.entry.kind === 'restarted' && spot.durable > 0
        ? replaced(spot, { ...spot.entry, position: undefined, eventId: undefined }, ...spot.rest)
        : undefined,
  },
  'commits an event that is still to come': {
    codes: ['CHECKPOINT_AHEAD'],
    change: (spot) => {
      const [next] = spot.rest;
      return next?.kind === 'committed' && spot.entry.kind === 'seen'
        ? replaced(spot, next, spot.entry, ...spot.rest.slice(1))
        : undefined;
    },
  },
  'commits beyond what it saw': {
    codes: ['CHECKPOINT_AHEAD', 'CHECKPOINT_BACKWARDS'],
    change: (spot, log) => {
      if (spot.entry.kind !== 'committed') return undefined;
      const { position } = spot.entry;
      const further = log.find((event) => event.position > position && event.type === 'Wanted');
      const to = further?.position ?? (log.at(-1)?.position ?? 0) + 1;
      const seenMeanwhile = spot.before.some((entry) => entry.kind === 'seen' && entry.position > position);
      return seenMeanwhile
        ? undefined
        : replaced(spot, { ...spot.entry, position: to, eventId: undefined }, ...spot.rest);
    },
  },
  'commits on another event': {
    codes: ['WRONG_EVENT'],
    change: (spot) =>
      isCheckpoint(spot.entry) && spot.entry.position !== undefined
        ? replaced(spot, { ...spot.entry, eventId: countedId(99_999) }, ...spot.rest)
        : undefined,
  },
  'begins behind an event that it then sees': {
    codes: ['DELIVERED_BEHIND_CHECKPOINT', 'CHECKPOINT_BACKWARDS'],
    change: (spot) => {
      const first = spot.rest.find((entry): entry is Seen => entry.kind === 'seen');
      return spot.entry.kind === 'restarted' && first !== undefined
        ? replaced(spot, { ...spot.entry, position: first.position, eventId: first.eventId }, ...spot.rest)
        : undefined;
    },
  },
  'does not say that it restarted': {
    codes: ['DELIVERED_TWICE'],
    change: (spot) => {
      const again = spot.rest.some(
        (entry) => entry.kind === 'seen' && spot.before.some((other) => isSame(entry, other)),
      );
      return spot.entry.kind === 'restarted' && again ? replaced(spot, ...spot.rest) : undefined;
    },
  },
};

/** Another process that committed what this run did: two leaders. */
export function secondLeader({ build, entry, rest }: Spot): readonly TraceEntry[] | undefined {
  if (entry.kind !== 'restarted') return undefined;
  const moved = rest.some(({ kind }) => kind === 'committed');
  return moved ? [{ kind: 'reset', build }, entry, ...rest] : undefined;
}

/** Every spot of a trace. `before` and `rest` end where another run begins; at a restart, `before` is the run that it ended. */
export function* spotsOf(trace: RecordedTrace): Generator<Spot> {
  const { list } = trace;
  let [build, durable, begun] = [0, 0, 0];
  for (const [index, entry] of list.entries()) {
    const before = list.slice(begun, index);
    const end = list.findIndex(({ kind }, at) => at > index && (kind === 'restarted' || kind === 'reset'));
    const rest = list.slice(index + 1, end === -1 ? undefined : end);
    if (entry.kind === 'reset') [build, durable] = [entry.build, 0];
    yield { trace, index, entry, build, durable, rest, before };
    if (entry.kind === 'restarted' || entry.kind === 'reset') begun = index;
    if (isCheckpoint(entry)) durable = Math.max(durable, entry.position ?? 0);
  }
}

/** The whole list, with the spot's entry and the rest of its run replaced; only the entry is left out where nothing is given. */
function replaced({ trace: { list }, index, rest }: Spot, ...by: readonly TraceEntry[]): readonly TraceEntry[] {
  const instead = by.length === 0 ? rest : by;
  return [...list.slice(0, index), ...instead, ...list.slice(index + 1 + rest.length)];
}

function isCheckpoint(entry: TraceEntry): entry is Checkpointed {
  return entry.kind === 'committed' || entry.kind === 'restarted';
}

function isSame(one: TraceEntry, other: TraceEntry): boolean {
  return one.kind === 'seen' && other.kind === 'seen' && one.position === other.position && one.part === other.part;
}
