/** What an application has to hold on every store: above all what was seen to break in other frameworks. */
import { type ConformanceTarget, type DeclareTest, declareRules } from '../conformance/declare-rules.ts';
import { commands } from './commands.ts';
import { commandsOfOthers } from './commands-of-others.ts';
import { consumersOfOthers } from './consumers-of-others.ts';
import { inlineProjections } from './inline-projections.ts';
import { loading } from './loading.ts';
import { parkedEvents } from './parked-events.ts';
import { questionsToDocuments } from './questions-to-documents.ts';
import { rebuilding, versions } from './rebuilding.ts';
import { severalRunners } from './several-runners.ts';
import { openShop } from './shop.ts';
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
      'inline projections': inlineProjections,
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
