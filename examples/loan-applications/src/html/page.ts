/** The page around the sections: one file that needs nothing else, and may load nothing else. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { html, Markup, type Part } from './markup.ts';

interface Section {
  /** Its place in the page's address. */
  readonly id: string;
  readonly title: string;
  readonly content: Markup;
}

export interface Page {
  readonly title: string;
  readonly introduction: Part;
  /** Name → figure: what to know first. */
  readonly figures: readonly (readonly [string, string])[];
  readonly sections: readonly Section[];
}

/** Later ones overrule earlier ones. None has a character that XML would take for markup. */
const styles = ['colours', 'page', 'tables', 'drawings', 'time-travel', 'narrow', 'print'];

export async function page({ title, introduction, figures, sections }: Page): Promise<string> {
  const style = (await Promise.all(styles.map((name) => ownFile(`style/${name}.css`)))).join('\n');
  const script = await ownFile('browser/time-travel.js');
  return html`${Markup.trusted('<!DOCTYPE html>')}
<html lang="en">
<head>
<meta charset="utf-8"/>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src '${hash(style)}'; script-src '${hash(script)}'; base-uri 'none'; form-action 'none'"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<meta name="color-scheme" content="light dark"/>
<title>${title}</title>
<style>${Markup.trusted(style)}</style>
</head>
<body>
<a class="skip" href="#${sections[0]?.id}">To the figures</a>
<header>
<h1>${title}</h1>
<p>${introduction}</p>
<dl class="figures">${figures.map(
    ([name, figure]) => html`
<div><dt>${name}</dt><dd>${figure}</dd></div>`,
  )}
</dl>
<nav aria-label="Sections"><ol>${sections.map(
    (section) => html`
<li><a href="#${section.id}">${section.title}</a></li>`,
  )}
</ol></nav>
</header>
<main>${sections.map(
    (section) => html`
<section id="${section.id}" aria-labelledby="${section.id}-heading">
<h2 id="${section.id}-heading">${section.title}</h2>
${section.content}
</section>`,
  )}
</main>
<footer><p>Made by Tidemark’s loan desk. All figures come from read models, which come from the events; the drawings were made with the page, which loads nothing.</p></footer>
<script>${Markup.trusted(script)}</script>
</body>
</html>
`.toString();
}

/** With the line ends that a browser sees, whatever a checkout made of them: the hashes are of these. */
async function ownFile(name: string): Promise<string> {
  const text = await readFile(new URL(name, import.meta.url), 'utf8');
  return text.replaceAll('\r\n', '\n');
}

/** Lets the browser take this very text, and no other that somebody gets into the page. */
function hash(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
