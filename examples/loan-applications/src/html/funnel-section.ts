import type { funnelFigures, Stage } from '../figures/funnel-figures.ts';
import { count, percent } from '../report/numbers.ts';
import { barTable, type Tone } from './bar-table.ts';
import { html, type Markup } from './markup.ts';

type FunnelFigures = Awaited<ReturnType<typeof funnelFigures>>;

const tones: Readonly<Record<string, Tone>> = {
  approved: 'approved',
  declined: 'declined',
  cancelled: 'cancelled',
  'still open': 'open',
};

export function funnelSection({ stages, exits }: FunnelFigures): Markup {
  const last = stages.at(-1);
  return html`
<p class="finding">${percent(last?.ofAll ?? 0)} of the applications were approved${steepest(stages)}.</p>
${barTable({
  caption: 'How far applications came; the pale bar is the stage before',
  head: ['stage', 'applications', 'of all', 'of the stage before'],
  groups: [
    stages.map((stage, index) => ({
      ...bar(stage),
      behind: stages[index - 1]?.ofAll ?? stage.ofAll,
      figures: [count(stage.applications), percent(stage.ofAll), percent(stage.ofPrevious)],
    })),
  ],
})}
${barTable({
  caption: 'What became of the others',
  head: ['application', 'applications', 'of all'],
  groups: [exits.map((exit) => ({ ...bar(exit), figures: [count(exit.applications), percent(exit.ofAll)] }))],
})}`;
}

function bar({ name, applications, ofAll }: Stage) {
  const hint = `${name}: ${count(applications)} applications, ${percent(ofAll)} of all`;
  return { name, share: ofAll, tone: tones[name] ?? 'plain', hint };
}

/** Where the most are lost. */
function steepest(stages: readonly Stage[]): string {
  const [worst] = [...stages].sort((a, b) => a.ofPrevious - b.ofPrevious);
  if (worst === undefined || worst.ofPrevious === 1) return '';
  return `. The narrowest step leads to “${worst.name}”: ${percent(worst.ofPrevious)} of those before took it`;
}
