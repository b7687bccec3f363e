import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { bankOffset } from '../src/bank-time.ts';
import { generateSample } from '../src/sample/generate.ts';
import { samplePath } from '../src/sample/sample-file.ts';
import { type LoggedApplication, readApplications } from '../src/xes/application-log.ts';

async function applications(): Promise<readonly LoggedApplication[]> {
  const all: LoggedApplication[] = [];
  for await (const application of readApplications(samplePath)) all.push(application);
  return all;
}

test('the bundled sample is what the generator writes, to the byte', async () => {
  const bundled = gunzipSync(await readFile(samplePath)).toString('utf8');
  assert.ok(
    bundled === [...generateSample()].join(''),
    'run src/sample/sample-file.ts after a change of the generator',
  );
});

test('the same seed tells the same stories, another seed others', () => {
  const text = (seed: number) => [...generateSample({ applications: 20, seed })].join('');
  const [first, again, other] = [text(1), text(1), text(2)];
  assert.ok(first === again);
  assert.ok(first !== other);
});

test('the sample has every kind of step but few applications, each in the order of time', async () => {
  const all = await applications();
  const kinds = new Set(all.flatMap(({ steps }) => steps.map(({ step }) => `${step.name} ${step.transition}`)));
  assert.is(kinds.size, 36);
  assert.is(all.length, 320);
  for (const { steps, number } of all) {
    const times = steps.map(({ at }) => at.getTime());
    assert.equal(
      times,
      [...times].sort((a, b) => a - b),
      number,
    );
  }
});

test('the sample is untidy where the real log is', async () => {
  const all = await applications();
  const has = (what: string, test: (application: LoggedApplication) => boolean) => assert.ok(all.some(test), what);
  const openWork = ({ steps }: LoggedApplication) => {
    let open = 0;
    return steps.map(
      ({ step }) =>
        (open += step.transition === 'START' ? 1 : step.kind === 'work' && step.transition === 'COMPLETE' ? -1 : 0),
    );
  };
  has('work completed that nobody took up', (application) => openWork(application).some((open) => open < 0));
  has('work taken up twice', (application) => openWork(application).some((open) => open > 1));
  has('a step by nobody', ({ steps }) => steps.some(({ by }) => by === undefined));
  has('several steps at one moment', ({ steps }) =>
    steps.some(({ at }, index) => steps[index + 1]?.at.getTime() === at.getTime()),
  );
  has(
    'registered before submitted',
    ({ registeredAt, steps }) => registeredAt.getTime() < (steps[0]?.at.getTime() ?? 0),
  );
  has('an amount of nothing, or an odd one', ({ amount }) => amount % 500 !== 0);
  const offsets = new Set(all.flatMap(({ steps }) => steps.map(({ at }) => bankOffset(at.getTime()))));
  assert.equal([...offsets].sort(), [120, 60], 'the clocks go back on the way');
});

test('nobody works at night or on Sundays, as the bank sees the time', async () => {
  const started = (await applications()).flatMap(({ steps }) =>
    steps.filter(({ step }) => step.transition === 'START'),
  );
  assert.ok(started.length > 500);
  for (const { at } of started) {
    const [weekday, hour] = new Intl.DateTimeFormat('en-GB', {
      timeZone: 'Europe/Amsterdam',
      weekday: 'short',
      hour: 'numeric',
    })
      .formatToParts(at)
      .filter(({ type }) => type !== 'literal')
      .map(({ value }) => value);
    assert.ok(weekday !== 'Sun' && Number(hour) >= 8 && Number(hour) <= 21, `${at.toISOString()}: ${weekday} ${hour}`);
  }
});

test.run();
