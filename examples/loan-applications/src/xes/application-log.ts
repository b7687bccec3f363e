/** A loan desk's log, one application at a time: every trace checked and typed, none of them kept. */
import { type LogFormatCode, LogFormatError, type LogPlace } from './log-format-error.ts';
import { readLogText } from './log-text.ts';
import { type LogStep, stepNamed } from './steps.ts';
import { TraceParser, type XesElement, type XesTrace } from './trace-parser.ts';

/** One trace of the log. */
export interface LoggedApplication {
  readonly number: string;
  readonly registeredAt: Date;
  /** In euros, as the customer asked for it. */
  readonly amount: number;
  /** In the file's order, which is the order in which they happened. */
  readonly steps: readonly LoggedStep[];
}

export interface LoggedStep {
  readonly step: LogStep;
  readonly at: Date;
  /** The employee's number, where the log knows it. */
  readonly by: string | undefined;
  readonly place: LogPlace;
}

const dateWithOffset = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;
const wholeNumber = /^\d{1,15}(?:\.0+)?$/;

/**
 * Reads as fast as the applications are taken, and not faster. Throws `LogFormatError`, after the applications that
 * stood complete before the fault; leaving the loop early closes the file.
 */
export async function* readApplications(file: string): AsyncGenerator<LoggedApplication, void, undefined> {
  const parser = new TraceParser(file);
  try {
    for await (const text of readLogText(file)) {
      parser.push(text);
      yield* applicationsIn(parser, file);
    }
  } catch (error) {
    throw error instanceof LogFormatError ? located(error, parser) : error;
  }
  parser.end();
  yield* applicationsIn(parser, file);
}

function* applicationsIn(parser: TraceParser, file: string): Generator<LoggedApplication, void, undefined> {
  for (const trace of parser.take()) yield new TraceChecker(file).application(trace);
  if (parser.failure !== undefined) throw parser.failure;
}

/** An error of the file below the text, put where the text ended. A file that gave no text has no such place. */
function located(error: LogFormatError, parser: TraceParser): LogFormatError {
  const { code, file, found, wanted, cause } = error;
  const unread = code === 'LOG_NOT_FOUND' || code === 'LOG_UNREADABLE';
  if (error.line !== undefined || unread) return error;
  return new LogFormatError(code, file, found, wanted, { cause, place: parser.place });
}

class TraceChecker {
  constructor(readonly file: string) {}

  application(trace: XesTrace): LoggedApplication {
    if (trace.events.length === 0)
      this.#refuse('LOG_TRACE_EMPTY', trace, 'a trace without events', 'at least one <event>');
    return {
      number: this.#required(trace, 'concept:name'),
      registeredAt: this.#date(trace, 'REG_DATE'),
      amount: this.#amount(trace),
      steps: trace.events.map((event) => this.#step(event)),
    };
  }

  #step(event: XesElement): LoggedStep {
    const name = this.#required(event, 'concept:name');
    const transition = this.#required(event, 'lifecycle:transition');
    const step = stepNamed(name, transition);
    if (step === undefined) {
      return this.#refuse(
        'LOG_STEP_UNKNOWN',
        event,
        `the step '${name} ${transition}'`,
        "a step of the bank's loan desk",
      );
    }
    const by = event.attributes.get('org:resource')?.value;
    return { step, at: this.#date(event, 'time:timestamp'), by: by === '' ? undefined : by, place: event.place };
  }

  #amount(trace: XesTrace): number {
    const text = this.#required(trace, 'AMOUNT_REQ');
    return wholeNumber.test(text) ? Number(text) : this.#invalid(trace, 'AMOUNT_REQ', 'a whole number of euros');
  }

  #date(element: XesElement, key: string): Date {
    const text = this.#required(element, key);
    const time = dateWithOffset.test(text) ? Date.parse(text) : Number.NaN;
    if (Number.isNaN(time)) return this.#invalid(element, key, 'a date and time with its offset from UTC');
    return new Date(time);
  }

  #required(element: XesElement, key: string): string {
    const value = element.attributes.get(key)?.value;
    if (value !== undefined && value !== '') return value;
    const wanted = `an attribute with key="${key}" and a value`;
    return this.#refuse(
      'LOG_ATTRIBUTE_MISSING',
      element,
      value === undefined ? `no ${key}` : `an empty ${key}`,
      wanted,
    );
  }

  #invalid(element: XesElement, key: string, wanted: string): never {
    const attribute = element.attributes.get(key);
    const found = `${key}="${attribute?.value.slice(0, 60)}"`;
    return this.#refuse('LOG_ATTRIBUTE_INVALID', attribute ?? element, found, wanted);
  }

  #refuse(code: LogFormatCode, { place }: { readonly place: LogPlace }, found: string, wanted: string): never {
    throw new LogFormatError(code, this.file, found, wanted, { place });
  }
}
