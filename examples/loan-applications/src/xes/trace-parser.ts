/**
 * XES text → traces, as it comes in: push pieces of text, take the traces that became complete. Holds one trace at a
 * time and knows nothing of loans. Attributes that stand inside other attributes, and all of the log's head, are
 * passed over.
 */
import { type LogFormatCode, LogFormatError, type LogPlace } from './log-format-error.ts';
import { createSaxParser } from './sax-parser.ts';

/** The attributes of a trace or an event, by their key, with where the element begins. */
export interface XesElement {
  readonly place: LogPlace;
  readonly attributes: ReadonlyMap<string, XesAttribute>;
}

interface XesAttribute {
  readonly value: string;
  readonly place: LogPlace;
}

export interface XesTrace extends XesElement {
  readonly events: readonly XesElement[];
}

interface OpenElement extends XesElement {
  readonly attributes: Map<string, XesAttribute>;
}

export class TraceParser {
  readonly #parser = createSaxParser();
  readonly #file: string;
  #depth = 0;
  #rootSeen = false;
  #ending = false;
  #tagPlace: LogPlace = { line: 1, column: 1 };
  #trace: (OpenElement & { readonly events: OpenElement[] }) | undefined;
  #event: OpenElement | undefined;
  #complete: XesTrace[] = [];
  #failure: LogFormatError | undefined;

  constructor(file: string) {
    this.#file = file;
    this.#parser.on('error', (error) => this.#malformed(error));
    this.#parser.on('opentagstart', ({ name }) => this.#rememberPlace(name));
    this.#parser.on('opentag', ({ name, attributes }) => this.#open(name, attributes));
    this.#parser.on('closetag', ({ name }) => this.#close(name));
  }

  /** The next character's place. */
  get place(): LogPlace {
    return { line: this.#parser.line, column: this.#parser.column + 1 };
  }

  /** What is wrong with the text so far; once it is there, nothing is parsed any more. */
  get failure(): LogFormatError | undefined {
    return this.#failure;
  }

  push(text: string): void {
    if (this.#failure === undefined) this.#parser.write(text);
  }

  /** No text follows. */
  end(): void {
    this.#ending = true;
    if (this.#failure === undefined) this.#parser.close();
  }

  /** The traces completed since the last call. */
  take(): readonly XesTrace[] {
    const complete = this.#complete;
    this.#complete = [];
    return complete;
  }

  #open(name: string, attributes: Readonly<Record<string, string>>): void {
    this.#depth += 1;
    if (this.#depth === 1) this.#checkRoot(name);
    if (this.#failure !== undefined) return;
    const element = { place: this.#tagPlace, attributes: new Map<string, XesAttribute>() };
    if (this.#depth === 2 && name === 'trace') this.#trace = { ...element, events: [] };
    else if (this.#depth === 3 && this.#trace !== undefined && name === 'event') this.#event = element;
    else this.#note(attributes);
  }

  /** Only children of a trace, or of one of its events, are its attributes. */
  #note(attributes: Readonly<Record<string, string>>): void {
    const owner = this.#depth === 3 ? this.#trace : this.#depth === 4 ? this.#event : undefined;
    const { key, value } = attributes as { readonly key?: string; readonly value?: string };
    if (owner !== undefined && key !== undefined && value !== undefined) {
      owner.attributes.set(key, { value, place: this.#tagPlace });
    }
  }

  #close(name: string): void {
    this.#depth -= 1;
    if (this.#failure !== undefined || this.#trace === undefined) return;
    if (this.#depth === 2 && name === 'event' && this.#event !== undefined) {
      this.#trace.events.push(this.#event);
      this.#event = undefined;
    } else if (this.#depth === 1) {
      this.#complete.push(this.#trace);
      this.#trace = undefined;
    }
  }

  #checkRoot(name: string): void {
    this.#rootSeen = true;
    if (name !== 'log') this.#fail('LOG_NOT_XES', `<${name}> as the outermost element`, '<log>', this.#tagPlace);
  }

  /** The parser stands one character behind the tag's name, or at the start of the next line. */
  #rememberPlace(name: string): void {
    const { line, column } = this.#parser;
    this.#tagPlace =
      column === 0 ? { line: line - 1, column: 1 } : { line, column: Math.max(1, column - 1 - name.length) };
  }

  get #lastCharacter(): LogPlace {
    return { line: this.#parser.line, column: Math.max(1, this.#parser.column) };
  }

  #malformed(error: Error): void {
    const reason = error.message.replace(/^(?:.*?:)?\d+:\d+: /, '').replace(/\.$/, '');
    if (!this.#rootSeen) this.#fail('LOG_NOT_XES', `no XML (${reason})`, 'an XES log');
    else if (this.#ending) this.#fail('LOG_TRUNCATED', `the end of the text (${reason})`, '</log>');
    else this.#fail('LOG_MALFORMED', `malformed XML (${reason})`, 'well-formed XML');
  }

  #fail(code: LogFormatCode, found: string, wanted: string, place = this.#lastCharacter): void {
    this.#failure ??= new LogFormatError(code, this.#file, found, wanted, { place });
  }
}
