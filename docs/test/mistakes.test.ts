// timeout: 120s
// Mistakes that a compiler can see do not compile, and where its own words would say nothing, it says ours.
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { root, runToEnd } from '../../scripts/test/program.ts';

const folder = fs.mkdtempSync(path.join(root, 'docs/.program-'));
test.after(() => fs.rmSync(folder, { recursive: true }));

const mistakes = `import {
  Aggregate, AggregateRoot, Applies, Documents, DomainEvent, On, Projection, type RecordedEvent,
} from '@tidemark/core';
@DomainEvent('Opened') class Opened { constructor(readonly owner: string) {} }
class Named { constructor(readonly owner: string, readonly at: Date) {} }
@DomainEvent('Named') class Longer extends Named {}

@Projection('names', { indexes: ['name', 'nmae'] })
class Names extends Documents<{ name: string }> {
  @On(Opened) async waits(_: RecordedEvent<Opened>) {}
  @On(Longer) takes(_: RecordedEvent<Opened>) {}
}
@Aggregate('account')
class Account extends AggregateRoot {
  @Applies(Opened) async waits(_: Opened) {}
  @Applies(Longer) takes(_: Opened) {}
}
console.log(Names, Account);
`;

test('a misspelt index, a handler that waits, and one for another class are told of in words', async () => {
  fs.writeFileSync(path.join(folder, 'mistakes.ts'), mistakes);
  const env = { ...process.env, INIT_CWD: folder };
  const args = [path.join(root, 'scripts/run.mjs'), 'program', 'mistakes.ts'];
  const { status, output } = await runToEnd(args, { cwd: root, env });

  assert.is(status, 1, output);
  const said = output.split('\n').filter((line) => line.startsWith('  Argument of type'));
  const wanted = [
    "indexes: 'nmae' is no field of the documents, or none that can be compared",
    'an @On method is synchronous and returns nothing',
    'the method takes another event than its @On names',
    'an @Applies method is synchronous and returns nothing',
    'the method takes another class than its decorator names',
  ];
  assert.is(said.length, wanted.length, output);
  for (const [place, words] of wanted.entries()) assert.ok(said[place]?.includes(`"${words}"`), said[place] ?? words);
});

test.run();
