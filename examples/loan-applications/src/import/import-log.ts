/**
 * The importer: every step of the log becomes a command with the time it happened at. Many applications are on their
 * way at once, each in its own order.
 *
 * It can be killed at any moment and run again. A step's event carries the step's place in its application, in the same
 * append, so what is recorded says by itself where to go on; and each command names the revision it expects, so that
 * not even two importers at once record a step twice.
 */
import {
  type Application,
  DomainError,
  type Position,
  type RecordedEvent,
  StreamNotFoundError,
  ValidationError,
  WrongExpectedRevisionError,
} from '@tidemark/core';
import { LoanApplication } from '../domain/loan-application.ts';
import { type LoggedApplication, type LoggedStep, readApplications } from '../xes/application-log.ts';
import type { LogPlace } from '../xes/log-format-error.ts';
import { LogConflictError } from './log-conflict-error.ts';
import { executeStep } from './step-command.ts';

export interface ImportOptions {
  /** How many applications are on their way at once; default 64. */
  readonly inFlight?: number;
  /** Ends the import when the commands on their way are recorded. */
  readonly signal?: AbortSignal;
  /** Called after every step. */
  readonly onProgress?: (progress: ImportProgress) => void;
}

export interface ImportProgress {
  /** Complete ones. */
  readonly applications: number;
  /** Steps that this run recorded. */
  readonly recorded: number;
  /** Steps that were recorded before this run. */
  readonly skipped: number;
  /** Steps that the bank's rules refused. */
  readonly refused: number;
}

/** A step that the rules, or the validation, said no to. The application goes on without it. */
interface Refusal {
  readonly application: string;
  readonly place: LogPlace;
  readonly code: string;
  readonly message: string;
}

export interface ImportResult extends ImportProgress {
  /** The first of the refused steps. */
  readonly refusals: readonly Refusal[];
  /** The furthest place in the store's log that holds a step of this file; `undefined` when none is recorded. */
  readonly position: Position | undefined;
  /** The signal ended it before the end of the file. */
  readonly stopped: boolean;
}

const keptRefusals = 20;

/**
 * Throws `LogFormatError` for a file that is broken and `LogConflictError` for one that contradicts what is recorded,
 * each after the applications on their way are finished. What was imported stays; run it again with the mended file.
 */
export async function importLog(app: Application, file: string, options: ImportOptions = {}): Promise<ImportResult> {
  const run = new ImportRun(app, options);
  const applications = readApplications(file);
  const worker = async () => {
    while (run.goesOn) {
      const next = await applications.next();
      if (next.done === true) return;
      await run.import(next.value);
    }
  };
  const workers = Array.from({ length: options.inFlight ?? 64 }, () =>
    worker().catch((error: unknown) => run.fail(error)),
  );
  await Promise.all(workers);
  await applications.return();
  return run.result();
}

class ImportRun {
  readonly #app: Application;
  readonly #options: ImportOptions;
  readonly #refusals: Refusal[] = [];
  readonly #progress = { applications: 0, recorded: 0, skipped: 0, refused: 0 };
  #position: Position | undefined;
  #failure: { readonly error: unknown } | undefined;

  constructor(app: Application, options: ImportOptions) {
    this.#app = app;
    this.#options = options;
  }

  /** Whether another application may begin. */
  get goesOn(): boolean {
    return this.#failure === undefined && !this.#stopped;
  }

  get #stopped(): boolean {
    return this.#options.signal?.aborted === true;
  }

  /** Applications on their way go on: what is wrong with the file, or with one of them, is not wrong with them. */
  fail(error: unknown): void {
    this.#failure ??= { error };
  }

  result(): ImportResult {
    if (this.#failure !== undefined) throw this.#failure.error;
    return { ...this.#progress, refusals: this.#refusals, position: this.#position, stopped: this.#stopped };
  }

  /** Ends when all of its steps are recorded, by whomever. */
  async import(application: LoggedApplication): Promise<void> {
    let known = await this.#recordedSteps(application);
    this.#advance('skipped', known.next);
    for (;;) {
      const outcome = await this.#record(application, known);
      if (outcome === undefined) return;
      const { index, conflict } = outcome;
      const before = known.revision;
      known = await this.#recordedSteps(application);
      // Another importer, or the same application further on in the file, was faster and has moved it on.
      if (known.revision === before) throw conflict;
      this.#advance('skipped', Math.max(0, known.next - index));
    }
  }

  /** What of the application is in the store already. */
  async #recordedSteps({ number, steps }: LoggedApplication): Promise<KnownSteps> {
    let [next, revision]: [number, number | undefined] = [0, undefined];
    for await (const event of historyOf(this.#app, number)) {
      revision = event.revision;
      const index = event.metadata['logStep'];
      if (typeof index !== 'number') continue;
      const step = steps[index];
      if (step !== undefined && step.at.getTime() !== event.occurredAt.getTime()) {
        throw new LogConflictError(number, step.place, event.type, event.occurredAt, step.at);
      }
      next = Math.min(index + 1, steps.length);
      this.#reached(event.position);
    }
    return { next, revision };
  }

  /** Records what is not known, and says where another writer was first. */
  async #record(application: LoggedApplication, { next, revision }: KnownSteps): Promise<Conflict | undefined> {
    let expected = revision;
    for (let index = next; index < application.steps.length; index += 1) {
      if (this.#stopped) return undefined;
      const step = application.steps[index] as LoggedStep;
      try {
        const receipt = await executeStep(this.#app, application, step, {
          expectedRevision: expected ?? 'no_stream',
          metadata: { logStep: index },
        });
        expected = receipt.revision;
        this.#reached(receipt.position);
        this.#advance('recorded', 1);
      } catch (error) {
        if (error instanceof WrongExpectedRevisionError) return { index, conflict: error };
        if (!(error instanceof DomainError || error instanceof ValidationError)) throw error;
        this.#refuse(application, step, error);
      }
    }
    this.#advance('applications', 1);
    return undefined;
  }

  #refuse(
    { number }: LoggedApplication,
    { place }: LoggedStep,
    { code, message }: DomainError | ValidationError,
  ): void {
    if (this.#refusals.length < keptRefusals) this.#refusals.push({ application: number, place, code, message });
    this.#advance('refused', 1);
  }

  #advance(what: keyof ImportProgress, by: number): void {
    this.#progress[what] += by;
    if (by > 0) this.#options.onProgress?.(this.#progress);
  }

  #reached(position: Position | undefined): void {
    if (position !== undefined && position > (this.#position ?? 0)) this.#position = position;
  }
}

async function* historyOf(app: Application, number: string): AsyncGenerator<RecordedEvent, void, undefined> {
  try {
    yield* app.history(LoanApplication, number);
  } catch (error) {
    if (!(error instanceof StreamNotFoundError)) throw error;
  }
}

interface KnownSteps {
  /** The first step that is not recorded. */
  readonly next: number;
  readonly revision: number | undefined;
}

interface Conflict {
  /** The step that could not be recorded. */
  readonly index: number;
  readonly conflict: WrongExpectedRevisionError;
}
