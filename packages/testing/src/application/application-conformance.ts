/** What an application has to hold on every store: above all what was seen to break in other frameworks. */
import { type ConformanceTarget, type DeclareTest, declareRules } from '../conformance/declare-rules.ts';
import { commandsOfOthers } from './commands-of-others.ts';
import { consumersOfOthers } from './consumers-of-others.ts';
import { openShop } from './shop.ts';

/** Declares one test for each rule; see `storeConformance`. */
export function applicationConformance(target: ConformanceTarget, test: DeclareTest): void {
  declareRules(
    target,
    { 'commands of others': commandsOfOthers, 'consumers of others': consumersOfOthers },
    test,
    openShop,
  );
}
