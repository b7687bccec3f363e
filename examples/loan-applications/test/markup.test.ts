import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { html, jsonInScript } from '../src/html/markup.ts';
import { OpenedPage, textsOfXml } from './opened-page.ts';

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.stringMatching(/^[<>&"'/=!\-\]a-z ]{0,20}$/),
  fc.constantFrom(
    '</script><script>alert(1)</script>',
    '<!--<script>',
    ']]>',
    '" onload="alert(1)',
    '&lt;',
    '\u0000\uD800\u2028',
  ),
);

/** What a parser makes of characters that no document can have, or that it takes for the end of a line. */
function asParsed(text: string): string {
  return text.replace(/(?![\t\n\r])[\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}]/gu, '\uFFFD').replace(/\r\n?/g, '\n');
}

test('a value stays a text, whatever is in it: no tag, no attribute, no entity', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const markup = html`<p title="${text}">${text}</p>`.toString();
      assert.is(textsOfXml(markup).join(''), asParsed(text));
      const page = new OpenedPage(`<!DOCTYPE html><html><body>${markup}</body></html>`);
      const [only, ...others] = page.all('body *');
      assert.is(others.length, 0);
      assert.equal(
        [...(only?.attributes ?? [])].map(({ name }) => name),
        ['title'],
      );
    }),
    { numRuns: 500 },
  );
});

test('markup within markup is not escaped again, a list is its parts, and undefined is nothing', () => {
  const rows = ['a', '<b>'].map((name) => html`<li>${name}</li>`);
  assert.is(html`<ul>${rows}${undefined}${3}</ul>`.toString(), '<ul><li>a</li><li>&lt;b&gt;</li>3</ul>');
});

test('data in a script comes out as it went in, and has no character that could end the script', () => {
  fc.assert(
    fc.property(fc.record({ name: anyText, list: fc.array(anyText) }, { noNullPrototype: true }), (data) => {
      const text = jsonInScript(data).toString();
      assert.equal(JSON.parse(text), data);
      assert.not.match(text, /[<>&\u2028\u2029]/);
      textsOfXml(`<script>${text}</script>`);
    }),
    { numRuns: 500 },
  );
});

test.run();
