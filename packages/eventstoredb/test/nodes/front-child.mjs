// The outside of a node: what comes in at PORT goes to the node BEHIND it, and back. It is a process of its own, so that a
// node can be killed and frozen like one while its log stays. It tells WATCH every so often that it lives, and ends with it.
//
//   node front-child.mjs PORT BEHIND WATCH NAME
import net from 'node:net';

const [port, behind, watch, name] = process.argv.slice(2);
const host = '127.0.0.1';
const beat = 50;

net
  .createServer({ noDelay: true }, (client) => {
    const node = net.connect({ port: Number(behind), host, noDelay: true });
    for (const [from, to] of [
      [client, node],
      [node, client],
    ]) {
      from.on('error', () => {}); // whoever resets a connection means to end it
      from.on('close', () => to.destroy());
      from.pipe(to);
    }
  })
  .listen(Number(port), host);

const watched = net.connect({ port: Number(watch), host, noDelay: true });
watched.on('error', () => process.exit());
watched.on('close', () => process.exit());
watched.write(`${name}\n`);
setInterval(() => watched.write('.'), beat);
