/** Positions may have gaps: the rules count events, and ask where they stand. */
import type { Application, Position } from '@tidemark/core';
import { all } from '../conformance/language.ts';

/** The position of the event that is this one in the log, counted from 1. */
export async function positionOf(app: Application, number: number): Promise<Position> {
  const event = (await all(app.eventStore.readAll({ limit: number })))[number - 1];
  return event?.position ?? 0;
}

/** Which event of the log stands at each of these positions, counted from 1; 0 where there is none. */
export async function numbersAt(app: Application, positions: readonly Position[]): Promise<readonly number[]> {
  const log = (await all(app.eventStore.readAll())).map(({ position }) => position);
  return positions.map((position) => log.indexOf(position) + 1);
}
