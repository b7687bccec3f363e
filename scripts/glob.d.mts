export function globSync(root: string, dirs: readonly string[], pattern: RegExp): string[];
