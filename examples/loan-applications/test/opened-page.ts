/**
 * The report as a browser has it: parsed as HTML, asked with selectors, its script run. By linkedom, which is typed by
 * hand here as its declarations want a browser's.
 */
import { createRequire } from 'node:module';
import { runInNewContext } from 'node:vm';
import * as assert from 'uvu/assert';
import { createSaxParser } from '../src/xes/sax-parser.ts';

export interface PageElement {
  readonly localName: string;
  readonly textContent: string;
  readonly attributes: Iterable<{ readonly name: string; readonly value: string }>;
  readonly dataset: Readonly<Record<string, string>>;
  readonly classList: { contains(name: string): boolean };
  value: string;
  open: boolean;
  hidden: boolean;
  disabled: boolean;
  getAttribute(name: string): string | null;
  querySelector(selector: string): PageElement | null;
  querySelectorAll(selector: string): readonly PageElement[];
  dispatchEvent(event: object): void;
}

const require = createRequire(import.meta.url);
const { parseHTML } = require('linkedom') as {
  readonly parseHTML: (html: string) => {
    readonly document: Pick<PageElement, 'querySelector' | 'querySelectorAll'>;
    readonly Event: new (type: string, options: { readonly bubbles: boolean }) => object;
  };
};

export class OpenedPage {
  readonly #parsed;
  readonly #onPage = new Map<string, () => void>();

  constructor(html: string) {
    this.#parsed = parseHTML(html);
  }

  all(selector: string): readonly PageElement[] {
    return [...this.#parsed.document.querySelectorAll(selector)];
  }

  one(selector: string): PageElement {
    const found = this.all(selector);
    assert.is(found.length, 1, `${selector} is there once`);
    return found[0] as PageElement;
  }

  text(selector: string): string {
    return this.one(selector).textContent;
  }

  /** The rows of each table in there, and the texts of their cells; a cell with a bar has no text. */
  tables(selector: string): readonly (readonly (readonly string[])[])[] {
    return this.all(`${selector} table`).map((table) =>
      [...table.querySelectorAll('tbody tr')].map((row) =>
        [...row.querySelectorAll('th, td:not(.bar)')].map(({ textContent }) => textContent),
      ),
    );
  }

  /** What the page was given for its script. */
  states(): readonly Readonly<Record<string, unknown>>[] {
    return JSON.parse(this.text('script[type="application/json"]'));
  }

  run(): void {
    const listen = (type: string, listener: () => void) => this.#onPage.set(type, listener);
    runInNewContext(this.text('script:not([type])'), { document: this.#parsed.document, addEventListener: listen });
  }

  /** Something happens to an element, or to the page itself. */
  happens(type: string, element?: PageElement): void {
    if (element === undefined) this.#onPage.get(type)?.();
    else element.dispatchEvent(new this.#parsed.Event(type, { bubbles: true }));
  }
}

/** Every text between the tags, as XML has it. Fails where the page is not well-formed. */
export function textsOfXml(page: string): readonly string[] {
  const texts: string[] = [];
  const parser = createSaxParser();
  parser.on('error', (error) => assert.unreachable(error.message));
  parser.on('text', (text) => texts.push(text));
  parser.write(page);
  parser.close();
  return texts;
}
