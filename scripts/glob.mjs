import fs from 'node:fs';
import path from 'node:path';

/** Files under root/dirs whose path below root matches, sorted; node_modules and dist are left out. (fs.globSync needs Node 22.) */
export function globSync(root, dirs, pattern) {
  const found = [];
  const walk = (dir) => {
    for (const entry of fs.readdirSync(dir, { withFileTypes: true })) {
      if (entry.name === 'node_modules' || entry.name === 'dist') continue;
      const file = path.join(dir, entry.name);
      if (entry.isDirectory()) walk(file);
      else if (pattern.test(path.relative(root, file).replaceAll('\\', '/'))) found.push(file);
    }
  };
  for (const dir of dirs) if (fs.existsSync(path.join(root, dir))) walk(path.join(root, dir));
  return found.sort();
}
