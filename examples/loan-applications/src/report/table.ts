import Table from 'cli-table3';
import { bold, type Screen, wrapped } from './screen.ts';

export interface TableText {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** `text`: every column is read from the left. Otherwise the first holds names, and the others figures. */
  readonly kind?: 'figures' | 'text';
  readonly note?: string;
}

const noFrame = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  right: '',
  'right-mid': '',
  mid: '',
  'mid-mid': '',
  middle: '  ',
} as const;

const gap = noFrame.middle.length;
/** Narrower than this, a column is no column any more. */
const narrowest = 8;

/** A table as text. Its widest columns are wrapped to fit the screen, and where that cannot be each row is a list. */
export function tableText(screen: Screen, table: TableText): string {
  const body = table.rows.length === 0 ? 'none' : tableBody(screen, table);
  const note = table.note === undefined ? [] : wrapped(table.note, screen.columns);
  const title = wrapped(table.title, screen.columns).map((line) => bold(screen, line));
  const lines = [...title, ...body.split('\n').map((line) => line.trimEnd()), ...note];
  return `\n${lines.join('\n')}\n`;
}

function tableBody(screen: Screen, { head, rows, kind = 'figures' }: TableText): string {
  const widths = fitted(naturalWidths([head, ...rows]), screen.columns);
  if (widths === undefined) return lists(head, rows);
  const table = new Table({
    head: head.map((name) => bold(screen, name)),
    chars: noFrame,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    colWidths: [...widths],
    colAligns: widths.map((_, index) => (index === 0 || kind === 'text' ? 'left' : 'right')),
    wordWrap: true,
  });
  for (const row of rows) table.push([...row]);
  return table.toString();
}

function naturalWidths(rows: readonly (readonly string[])[]): readonly number[] {
  const columns = Math.max(...rows.map((row) => row.length));
  return Array.from({ length: columns }, (_, column) => Math.max(1, ...rows.map((row) => row[column]?.length ?? 0)));
}

/** Takes from the widest until all fit; `undefined` where they cannot. */
function fitted(natural: readonly number[], columns: number): readonly number[] | undefined {
  const widths = [...natural];
  const tooWide = () => widths.reduce((sum, width) => sum + width, gap * (widths.length - 1)) - columns;
  while (tooWide() > 0) {
    const widest = Math.max(...widths);
    if (widest <= narrowest) return undefined;
    const second = Math.max(narrowest, ...widths.filter((width) => width < widest));
    widths[widths.indexOf(widest)] = Math.max(second < widest ? second : widest - 1, widest - tooWide());
  }
  return widths;
}

function lists(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return rows
    .map(([name = '', ...figures]) =>
      [name, ...figures.map((figure, index) => `  ${head[index + 1] ?? ''}: ${figure}`)].join('\n'),
    )
    .join('\n');
}
