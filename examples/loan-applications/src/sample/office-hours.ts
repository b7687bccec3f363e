/** When the bank's people work: Monday to Friday from 8 to 21, Saturday from 9 to 17, by the bank's clocks. */
import { bankHour } from '../bank-time.ts';

const hour = 3_600_000;

/** `time` where somebody is at work then, otherwise the next opening. */
export function nextOfficeTime(time: number): number {
  let at = time;
  // Three steps reach the next opening from anywhere; a change of the clocks on the way costs one more.
  for (let step = 0; step < 6; step += 1) {
    const { hour: now, weekday } = bankHour(at);
    const [opens, closes] = officeHours(weekday);
    if (now >= opens && now < closes) return at;
    at += Math.round((now < opens ? opens - now : 24 - now) * hour);
  }
  return at;
}

function officeHours(weekday: number): readonly [number, number] {
  if (weekday === 0) return [24, 24];
  return weekday === 6 ? [9, 17] : [8, 21];
}
