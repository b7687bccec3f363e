/** Parts that all drawings share. Everything is drawn when the page is made; the browser only shows it. */
import { html, type Markup, type Part } from './markup.ts';

export interface Drawing {
  /** Unique in the page. */
  readonly id: string;
  /** What it shows, in a few words. */
  readonly title: string;
  /** What is to be seen in it, for those who cannot see it. */
  readonly description: string;
  /** In pixels; it shrinks to the page's width, though never below `narrowest`, where its box scrolls. */
  readonly width: number;
  readonly height: number;
  readonly narrowest: 'narrow' | 'wide' | 'full';
  readonly content: Part;
}

export function drawing({ id, title, description, width, height, narrowest, content }: Drawing): Markup {
  return figure(
    title,
    html`<svg class="drawing ${narrowest}" role="img" aria-labelledby="${id}-title ${id}-description" width="${px(width)}" height="${px(height)}" viewBox="0 0 ${px(width)} ${px(height)}"><title id="${id}-title">${title}</title><desc id="${id}-description">${description}</desc>${content}</svg>`,
  );
}

/** Its caption, and it in a box that scrolls sideways by itself, also by keyboard, so that the page never has to. */
export function figure(caption: string, content: Markup): Markup {
  return html`<figure>
<figcaption>${caption}</figcaption>
<div class="scroll" role="group" tabindex="0" aria-label="${caption}">${content}</div>
</figure>`;
}

/** A tenth of a pixel is enough. */
export function px(value: number): number {
  return Math.round(value * 10) / 10;
}
