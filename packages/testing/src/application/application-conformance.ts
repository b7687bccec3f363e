/** What an application has to hold on every store: above all what was seen to break in other frameworks. */
import { type ConformanceTarget, type DeclareTest, declareRules } from '../conformance/declare-rules.ts';
import { NotRequired } from '../conformance/rule.ts';
import { commands } from './commands.ts';
import { commandsOfOthers } from './commands-of-others.ts';
import { consumersOfOthers } from './consumers-of-others.ts';
import { inlineProjections } from './inline-projections.ts';
import { loading } from './loading.ts';
import { parkedEvents } from './parked-events.ts';
import { questionsToDocuments } from './questions-to-documents.ts';
import { rebuilding, versions } from './rebuilding.ts';
import { severalRunners } from './several-runners.ts';
import { openShop, type ShopRules } from './shop.ts';
import { tracedConsumers } from './traced-consumers.ts';

/** Declares one test for each rule; see `storeConformance`. */
export function applicationConformance(target: ConformanceTarget, test: DeclareTest): void {
  declareRules(
    target,
    {
      commands,
      'commands of others': commandsOfOthers,
      loading,
      'consumers of others': consumersOfOthers,
      'inline projections': needingInline(inlineProjections),
      'parked events': parkedEvents,
      rebuilding,
      versions,
      'several runners': severalRunners,
      'questions to documents': questionsToDocuments,
      'traced consumers': tracedConsumers,
    },
    test,
    openShop,
  );
}

/** Where no transaction spans events and read models, an application with an inline projection does not start. */
function needingInline(rules: ShopRules): ShopRules {
  const needing = Object.entries(rules).map(([title, check]): [string, ShopRules[string]] => [
    title,
    async (shop) => {
      const stores = await shop.store.open();
      await stores.close();
      if (stores.useInline === undefined) throw new NotRequired('the store has no inlineProjections');
      await check(shop);
    },
  ]);
  return Object.fromEntries(needing);
}
