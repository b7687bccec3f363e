/**
 * Markup that is safe by its making: `html` escapes every value that is not markup itself, so that no name and no text
 * of a log can become a tag, an attribute or a script. Attributes are always written in double quotes. What comes out is
 * well-formed XML too, so that a parser can hold the whole page to account.
 */

/** Made by this file alone. */
export class Markup {
  readonly #text: string;

  private constructor(text: string) {
    this.#text = text;
  }

  /** Takes text that is markup already, without a look at it: for files of our own. */
  static trusted(text: string): Markup {
    return new Markup(text);
  }

  toString(): string {
    return this.#text;
  }
}

/** `undefined` is nothing at all; a list is its parts one after another. */
export type Part = Markup | string | number | undefined | readonly Part[];

/** html`<td title="${name}">${value}</td>` */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return Markup.trusted(
    strings.map((text, index) => (index === 0 ? text : markupOf(parts[index - 1]) + text)).join(''),
  );
}

function markupOf(part: Part): string {
  if (part === undefined) return '';
  if (part instanceof Markup) return part.toString();
  if (typeof part === 'object') return part.map(markupOf).join('');
  return escaped(String(part));
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replace(notInXml, '\uFFFD').replace(/[&<>"']/g, (character) => entities[character] ?? '');
}

/** Control characters but for the blank ones, halves of characters, and what is no character at all. */
const notInXml = /(?![\t\n\r])[\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}]/gu;

/** Data for a script element: JSON in which nothing can end the element, in HTML or in XML. */
export function jsonInScript(value: unknown): Markup {
  const json = JSON.stringify(value);
  return Markup.trusted(
    json.replace(/[<>&\u2028\u2029\uFFFE\uFFFF]/g, (character) => {
      return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
    }),
  );
}
