/** A disk that fails while a commit is written: whether it was stored is not known, and that is what is said. */
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { sqlite } from '../src/index.ts';
import { places } from './events.ts';
import { OtherProcess } from './other-process.ts';
import { temporaryFolder } from './temporary.ts';

/** Runs Node with a limit to the size of files, which makes writing behind it fail as a broken disk does. */
function limitedTo(kilobytes: number): string {
  const script = path.join(temporaryFolder(), 'node.sh');
  fs.writeFileSync(script, `#!/bin/bash\nulimit -f ${kilobytes}\nexec '${process.execPath}' "$@"\n`, { mode: 0o755 });
  return script;
}

test('an append whose COMMIT fails on the disk has an unknown outcome; what was acknowledged before is there', async () => {
  if (process.platform === 'win32') return;
  const file = path.join(temporaryFolder(), 'log.db');
  const other = new OtherProcess({ execPath: limitedTo(200) });
  await other.ask('open', file);
  const acknowledged: string[] = [];
  let code = '';
  for (let index = 0; index < 100 && code === ''; index += 1) {
    await other.ask('append', `account-${index}`, 1).then(
      () => acknowledged.push(`account-${index}:0`),
      (error) => {
        code = error.code;
      },
    );
  }
  assert.is(code, 'OUTCOME_UNKNOWN');
  // The process goes on: reads are answered.
  assert.equal(await other.ask('places'), acknowledged);
  await other.kill();
  const { events, close } = await sqlite(file).open();
  assert.equal((await places(events)).slice(0, acknowledged.length), acknowledged);
  await close();
});

test.run();
