/** A fenced block of a Markdown text: what stands after the fence, its text, and the line its text begins on. */
export interface Block {
  readonly info: string;
  readonly text: string;
  readonly line: number;
  /** The program and the region that it is a part of, where `docs/includes.mjs` put it there. */
  readonly from: string | undefined;
}

/** The fenced blocks of a Markdown text, also those in lists. A fence that is never closed is an error. */
export function blocksOf(markdown: string): Block[] {
  const blocks: Block[] = [];
  let open:
    | { fence: string; indent: string; from: string | undefined; info: string; line: number; lines: string[] }
    | undefined;
  let from: string | undefined;
  markdown.split('\n').forEach((line, index) => {
    const [, indent = '', fence = '', info = ''] = /^(\s*)(`{3,})(.*)$/.exec(line) ?? [];
    if (!open) {
      if (fence) open = { fence, indent, from, info: info.trim(), line: index + 2, lines: [] };
      from = /^<!-- (\S+#[\w-]+) -->$/.exec(line)?.[1];
    } else if (fence.length >= open.fence.length && info.trim() === '') {
      blocks.push({ info: open.info, text: `${open.lines.join('\n')}\n`, line: open.line, from: open.from });
      open = undefined;
    } else {
      open.lines.push(line.startsWith(open.indent) ? line.slice(open.indent.length) : line);
    }
  });
  if (open) throw new Error(`the block that begins in line ${open.line - 1} is never closed`);
  return blocks;
}
