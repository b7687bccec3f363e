// `npm run X` comes here: node scripts/run.mjs X [arguments]. The rest is in tasks.mjs and loaded only by a Node that
// can read it, so that an older one gets a message and not a syntax error.
const [major, minor] = process.versions.node.split('.').map(Number);
if (major > 20 || (major === 20 && minor >= 19)) {
  import('./tasks.mjs').catch((error) => {
    console.error(error);
    process.exitCode = 1;
  });
} else {
  console.error(`Tidemark needs Node 20.19 or newer, and this is ${process.version}: please install a newer one.`);
  process.exitCode = 1;
}
