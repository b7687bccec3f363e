/** Time as the bank's clocks show it, whatever the zone of the machine. Times are milliseconds since 1970. */

export const bankTimeZone = 'Europe/Amsterdam';

const hour = 3_600_000;
const quarter = hour / 4;

/** Remembers what was worked out, up to a limit. */
class Remembered<T> {
  readonly #values = new Map<number, T>();

  at(key: number, workOut: () => T): T {
    let value = this.#values.get(key);
    if (value === undefined) {
      value = workOut();
      if (this.#values.size >= 50_000) this.#values.clear();
      this.#values.set(key, value);
    }
    return value;
  }
}

const offsets = new Remembered<number>();
const days = new Remembered<string>();
const zoneName = new Intl.DateTimeFormat('en-GB', { timeZone: bankTimeZone, timeZoneName: 'longOffset' });

/** Minutes ahead of UTC. Offsets change on the quarter of an hour, so each is asked for once. */
export function bankOffset(time: number): number {
  return offsets.at(Math.floor(time / quarter), () => {
    const name = zoneName.formatToParts(time).find(({ type }) => type === 'timeZoneName')?.value ?? '';
    const [, sign = '+', hours = '0', minutes = '0'] = /GMT(?:([+-])(\d\d):(\d\d))?/.exec(name) ?? [];
    return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
  });
}

/** `2012-02-29T23:51:17.423+01:00` */
export function bankTimestamp(time: number): string {
  const offset = bankOffset(time);
  const sign = offset < 0 ? '-' : '+';
  const [hours, minutes] = [Math.floor(Math.abs(offset) / 60), Math.abs(offset) % 60].map((n) =>
    String(n).padStart(2, '0'),
  );
  return `${shifted(time).toISOString().slice(0, -1)}${sign}${hours}:${minutes}`;
}

/** `2012-02-29`. A day begins and ends with a quarter of an hour wherever offsets are whole ones. */
export function bankDay(time: number): string {
  return days.at(Math.floor(time / quarter), () => shifted(time).toISOString().slice(0, 10));
}

/** `2012-02-29 23:51:17` */
export function bankDateAndTime(time: number): string {
  return shifted(time).toISOString().slice(0, 19).replace('T', ' ');
}

/** Hours since midnight with their fraction, and the day of the week from 0 for Sunday. */
export function bankHour(time: number): { readonly hour: number; readonly weekday: number } {
  const local = shifted(time);
  return { hour: (local.getTime() % (24 * hour)) / hour, weekday: local.getUTCDay() };
}

/** A date whose UTC fields are the bank's local ones. */
function shifted(time: number): Date {
  return new Date(time + bankOffset(time) * 60_000);
}
