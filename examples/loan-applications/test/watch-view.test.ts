import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Screen } from '../src/report/screen.ts';
import { type Seen, WatchView } from '../src/watch/watch-view.ts';
import { VirtualTerminal } from './virtual-terminal.ts';

const seen: Seen = {
  events: 131_100,
  open: { applications: 1_204, amount: 12_345_678 },
  steps: new Map([
    ['ApplicationSubmitted', 13_087],
    ['ApplicationApproved', 2_246],
    ['ApplicationDeclined', 7_635],
    ['ApplicationCancelled', 2_807],
  ]),
  last: '197437 WorkItemCompleted (complete-application)',
  openState: 'standby',
  funnelState: 'catching-up',
};

test('all that is seen fits on a terminal of 60 columns, and the pace is that of the last five seconds', async () => {
  const terminal = new VirtualTerminal(60);
  let now = 0;
  const view = new WatchView(terminal.screen, () => now);
  view.show({ ...seen, events: 0 });
  for (now = 1_000; now <= 60_000; now += 1_000) view.show({ events: 11_100 + now * 2 });
  view.stop();
  view.stop();
  assert.equal(terminal.lines, [
    '  events   131,100, 2,000/s',
    '  open     1,204 applications, € 12,345,678',
    '  so far   13,087 submitted',
    '  ended    2,246 approved, 7,635 declined, 2,807 cancelled',
    '  last     197437 WorkItemCompleted (complete-application)',
    '  models   open-applications standby, funnel catching-up',
  ]);
});

test('without a terminal it is a line now and then where something is new, and a last one', () => {
  const written: string[] = [];
  const screen: Screen = { columns: 80, coloured: false, live: false, write: (text) => written.push(text) };
  let now = 0;
  const view = new WatchView(screen, () => now);
  view.show({ events: 5 });
  assert.equal(written, [], 'not before there is something to say');
  view.show({ open: { applications: 1, amount: 5_000 } });
  for (now = 1_000; now <= 6_500; now += 500) view.show(now < 3_500 ? { events: 5 + now / 500 } : {});
  view.show({ events: 12, last: '7 ApplicationDeclined', open: { applications: 0, amount: 0 } });
  view.stop();
  view.stop();
  assert.equal(written, [
    '  5 events: 1 applications open, € 5,000\n',
    '  11 events: 1 applications open, € 5,000\n',
    '  12 events: 0 applications open, € 0; last 7 ApplicationDeclined\n',
  ]);
});

test.run();
