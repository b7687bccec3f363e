// Makes the site's overview page from README.md, whose links are those of the repository: a link into docs/ becomes one
// of the site, a link to another file its plain text.
import fs from 'node:fs';

const readme = fs.readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const page = readme.replace(/\[([^\]]+)\]\((?!https?:|#)([^)]+)\)/g, (_, text, target) => {
  const inSite = /^(?:\.\/)?docs\/(.+\.md(?:#.*)?)$/.exec(target);
  return inSite ? `[${text}](./${inSite[1]})` : text;
});
fs.writeFileSync(new URL('overview.md', import.meta.url), page);
