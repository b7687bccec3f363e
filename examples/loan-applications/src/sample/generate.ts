/**
 * The bundled sample: a made-up log of the same shape as the bank's real one, which is not ours to ship. The same
 * options give the same text on every machine and in every year.
 */
import { bankHour, bankTimestamp } from '../bank-time.ts';
import { tellApplication } from './process.ts';
import { Random } from './random.ts';
import { day, hour, type SampleStep, Story } from './story.ts';

export interface SampleOptions {
  readonly applications?: number;
  readonly seed?: number;
}

interface SampleApplication {
  readonly number: string;
  readonly registeredAt: number;
  readonly amount: number;
  readonly steps: readonly SampleStep[];
}

/** The clocks go back on 27 October. */
const firstDay = Date.UTC(2024, 8, 30, 22);
const registrationDays = 75;
/** What had not happened by then is not in the log: these applications are still open. */
const takenAt = firstDay + (registrationDays + 5) * day;
const amounts = [5_000, 10_000, 15_000, 20_000, 25_000, 6_000, 8_000, 7_500, 30_000, 12_500] as const;

export function* generateSample(options: SampleOptions = {}): Generator<string, void, undefined> {
  yield head;
  for (const application of sampleApplications(options)) yield traceText(application);
  yield '</log>\n';
}

function* sampleApplications({ applications = 320, seed = 20_241_001 }: SampleOptions): Generator<SampleApplication> {
  const random = new Random(seed);
  const times = Array.from({ length: applications }, () => registrationTime(random)).sort((a, b) => a - b);
  let number = 310_000;
  for (const registeredAt of times) {
    number += random.between(1, 4);
    // Each has chance of its own, so that a change in one story leaves the others as they are.
    const story = new Story(new Random(seed ^ (number * 7_919)), registeredAt + (random.chance(0.77) ? 0 : 1));
    tellApplication(story);
    const amount = random.chance(0.7) ? random.pick(amounts) : random.between(0, 999) * 50;
    yield { number: String(number), registeredAt, amount, steps: story.steps.filter(({ at }) => at < takenAt) };
  }
}

/** Round the clock, but seldom at night. */
function registrationTime(random: Random): number {
  for (;;) {
    const time = firstDay + random.between(0, registrationDays * 24 - 1) * hour + random.between(0, hour - 1);
    const { hour: now, weekday } = bankHour(time);
    const odds = (now >= 9 && now < 22 ? 1 : now >= 7 ? 0.3 : 0.05) * (weekday === 0 ? 0.5 : 1);
    if (random.chance(odds)) return time;
  }
}

function traceText({ number, registeredAt, amount, steps }: SampleApplication): string {
  return [
    '\t<trace>',
    `\t\t<date key="REG_DATE" value="${bankTimestamp(registeredAt)}"/>`,
    `\t\t<string key="concept:name" value="${number}"/>`,
    `\t\t<string key="AMOUNT_REQ" value="${amount}"/>`,
    ...steps.flatMap(eventLines),
    '\t</trace>',
    '',
  ].join('\n');
}

function eventLines({ step, at, by }: SampleStep): readonly string[] {
  return [
    '\t\t<event>',
    ...(by === undefined ? [] : [`\t\t\t<string key="org:resource" value="${by}"/>`]),
    `\t\t\t<string key="lifecycle:transition" value="${step.transition}"/>`,
    `\t\t\t<string key="concept:name" value="${step.name}"/>`,
    `\t\t\t<date key="time:timestamp" value="${bankTimestamp(at)}"/>`,
    '\t\t</event>',
  ];
}

const head = `<?xml version="1.0" encoding="UTF-8"?>
<!-- Made up by Tidemark's example; no application, person or amount in it is real. -->
<log xes.version="1.0" xes.features="nested-attributes" xmlns="http://www.xes-standard.org/">
\t<extension name="Lifecycle" prefix="lifecycle" uri="http://www.xes-standard.org/lifecycle.xesext"/>
\t<extension name="Organizational" prefix="org" uri="http://www.xes-standard.org/org.xesext"/>
\t<extension name="Time" prefix="time" uri="http://www.xes-standard.org/time.xesext"/>
\t<extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
\t<global scope="trace">
\t\t<date key="REG_DATE" value="1970-01-01T00:00:00.000+01:00"/>
\t\t<string key="AMOUNT_REQ" value="UNKNOWN"/>
\t\t<string key="concept:name" value="UNKNOWN"/>
\t</global>
\t<global scope="event">
\t\t<date key="time:timestamp" value="1970-01-01T00:00:00.000+01:00"/>
\t\t<string key="lifecycle:transition" value="UNKNOWN"/>
\t\t<string key="concept:name" value="UNKNOWN"/>
\t</global>
\t<classifier name="Activity classifier" keys="concept:name lifecycle:transition"/>
\t<classifier name="Resource classifier" keys="org:resource"/>
\t<string key="source" value="generated">
\t\t<string key="purpose" value="sample"/>
\t</string>
`;
