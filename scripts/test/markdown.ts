/** A fenced block of a Markdown text: what stands after the fence, its text, and the line its text begins on. */
export interface Block {
  readonly info: string;
  readonly text: string;
  readonly line: number;
}

/** The fenced blocks of a Markdown text, also those in lists. A fence that is never closed is an error. */
export function blocksOf(markdown: string): Block[] {
  const blocks: Block[] = [];
  let open: { fence: string; indent: string; info: string; line: number; lines: string[] } | undefined;
  markdown.split('\n').forEach((line, index) => {
    const [, indent = '', fence = '', info = ''] = /^(\s*)(`{3,})(.*)$/.exec(line) ?? [];
    if (!open) {
      if (fence) open = { fence, indent, info: info.trim(), line: index + 2, lines: [] };
    } else if (fence.length >= open.fence.length && info.trim() === '') {
      blocks.push({ info: open.info, text: `${open.lines.join('\n')}\n`, line: open.line });
      open = undefined;
    } else {
      open.lines.push(line.startsWith(open.indent) ? line.slice(open.indent.length) : line);
    }
  });
  if (open) throw new Error(`the block that begins in line ${open.line - 1} is never closed`);
  return blocks;
}

/** The files and regions that a page takes in with `<<< path#region{language}`. */
export function includesOf(markdown: string): { path: string; region: string | undefined }[] {
  return [...markdown.matchAll(/^<<< ([^#{\s]+)(?:#([\w-]+))?(?:\{[^}]*\})?\s*$/gm)].map(([, path = '', region]) => ({
    path,
    region,
  }));
}
