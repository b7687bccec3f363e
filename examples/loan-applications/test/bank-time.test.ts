import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { bankDateAndTime, bankDay, bankHour, bankOffset, bankTimestamp } from '../src/bank-time.ts';

test('follows the bank through both changes of its clocks', () => {
  assert.is(bankTimestamp(Date.UTC(2011, 9, 30, 0, 59, 59, 999)), '2011-10-30T02:59:59.999+02:00');
  assert.is(bankTimestamp(Date.UTC(2011, 9, 30, 1)), '2011-10-30T02:00:00.000+01:00');
  assert.is(bankTimestamp(Date.UTC(2012, 2, 25, 1)), '2012-03-25T03:00:00.000+02:00');
});

test("a day is the bank's, not that of UTC", () => {
  const late = Date.UTC(2012, 0, 31, 23, 30);
  assert.is(bankDay(late), '2012-02-01');
  assert.is(bankDateAndTime(late), '2012-02-01 00:30:00');
  assert.equal(bankHour(late), { hour: 0.5, weekday: 3 });
});

test('agrees with the platform in every hour of a year', () => {
  const format = new Intl.DateTimeFormat('sv-SE', {
    timeZone: 'Europe/Amsterdam',
    dateStyle: 'short',
    timeStyle: 'medium',
  });
  for (let time = Date.UTC(2011, 0, 1); time < Date.UTC(2012, 0, 1); time += 3_599_000) {
    assert.is(bankDateAndTime(time), format.format(time));
  }
});

test('times before 1970 have an offset too', () => {
  assert.is(bankOffset(-1), 60);
});

test.run();
