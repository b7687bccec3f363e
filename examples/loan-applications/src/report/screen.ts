/** What a report is written on: how wide it is, and whether it may be coloured. */
export interface Screen {
  readonly columns: number;
  readonly coloured: boolean;
  /** Whether lines can be written over, as a progress bar does. */
  readonly live: boolean;
  write(text: string): void;
}

const widest = 100;

/** https://no-color.org: any value of NO_COLOR but the empty one turns colours off. */
export function screenOf(stream: NodeJS.WriteStream, environment: NodeJS.ProcessEnv): Screen {
  const live = stream.isTTY === true && environment['TERM'] !== 'dumb';
  return {
    // Asked for each time, as a window changes. Some terminals say 0 where they do not know.
    get columns() {
      return Math.min(stream.columns || widest, widest);
    },
    coloured: live && (environment['NO_COLOR'] ?? '') === '',
    live,
    write: (text) => {
      stream.write(text);
    },
  };
}

export function bold(screen: Screen, text: string): string {
  return screen.coloured ? `\u001b[1m${text}\u001b[22m` : text;
}

/** Lines no longer than `columns`, where words allow it. */
export function wrapped(text: string, columns: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > columns) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

/** Indented by two; what does not fit goes on in the next line. */
export function writeWrapped(screen: Screen, text: string): void {
  const indent = `  ${/^ */.exec(text)?.[0] ?? ''}`;
  for (const line of wrapped(text.trimStart(), screen.columns - indent.length)) screen.write(`${indent}${line}\n`);
}
