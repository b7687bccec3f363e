/**
 * How an application goes through the loan desk, with the odds and durations of a real desk: what the portal decides
 * by itself, leads, completing the application, offers, their validation, missing papers, fraud. Also the untidy
 * things that real desks log: work completed that nobody had started, approvals before the offer's acceptance, items
 * taken up twice.
 */
import type { WorkItemName } from '../xes/steps.ts';
import type { Quantiles } from './random.ts';
import { day, hour, minute, type Story, second } from './story.ts';

const leads: WorkItemName = 'W_Afhandelen leads';
const completing: WorkItemName = 'W_Completeren aanvraag';
const followUp: WorkItemName = 'W_Nabellen offertes';
const assessing: WorkItemName = 'W_Valideren aanvraag';
const papers: WorkItemName = 'W_Nabellen incomplete dossiers';
const fraud: WorkItemName = 'W_Beoordelen fraude';
const contract: WorkItemName = 'W_Wijzigen contractgegevens';

const waits: Readonly<Record<WorkItemName, Quantiles>> = {
  [leads]: { low: 30 * second, median: 32 * minute, high: 13 * hour },
  [completing]: { low: 40 * second, median: 3 * hour, high: 32 * hour },
  [followUp]: { low: minute, median: 45 * hour, high: 7 * day },
  [assessing]: { low: 3 * minute, median: 23 * hour, high: 5 * day },
  [papers]: { low: minute, median: 150 * minute, high: 46 * hour },
  [fraud]: { low: 45 * second, median: 2 * hour, high: 67 * hour },
  [contract]: { low: minute, median: hour, high: 5 * hour },
};

const lengths: Readonly<Record<WorkItemName, Quantiles>> = {
  [leads]: { low: 30 * second, median: 115 * second, high: 500 * second },
  [completing]: { low: 15 * second, median: 160 * second, high: 800 * second },
  [followUp]: { low: 15 * second, median: 100 * second, high: 370 * second },
  [assessing]: { low: 44 * second, median: 12 * minute, high: 37 * minute },
  [papers]: { low: 12 * second, median: 126 * second, high: 850 * second },
  [fraud]: { low: 4 * second, median: 9 * second, high: 66 * second },
  [contract]: { low: 10 * second, median: minute, high: 5 * minute },
};

export function tellApplication(story: Story): void {
  const { random } = story;
  story.automatically('A_SUBMITTED');
  story.soon(150, 500);
  story.automatically('A_PARTLYSUBMITTED');
  story.soon(25 * second, 55 * second);
  const next = random.weighted(
    [
      ['decline', 26],
      ['accept', 37],
      ['leads', 36],
      ['fraud', 1],
    ] as const,
    'accept',
  );
  if (next === 'decline') story.automatically('A_DECLINED');
  else if (next === 'accept') {
    story.automatically('A_PREACCEPTED');
    completeApplication(story);
  } else if (next === 'leads') handleLeads(story);
  else assessFraud(story);
}

function handleLeads(story: Story): void {
  const { random } = story;
  story.schedule(leads);
  while (random.chance(0.19)) story.session(leads, waits[leads], lengths[leads]);
  story.start(leads, waits[leads]);
  story.work(lengths[leads]);
  const next = random.weighted(
    [
      ['decline', 47],
      ['accept', 52],
      ['fraud', 1],
    ] as const,
    'accept',
  );
  if (next === 'fraud') {
    story.schedule(fraud);
    story.complete(leads);
    assessFraud(story, 'scheduled');
    return;
  }
  story.happen(next === 'decline' ? 'A_DECLINED' : 'A_PREACCEPTED');
  if (next === 'accept') story.schedule(completing);
  story.complete(leads);
  if (next === 'accept') completeApplication(story, 'scheduled');
}

/** Ends declined, or goes back to where the application came from. */
function assessFraud(story: Story, before: 'unscheduled' | 'scheduled' = 'unscheduled'): void {
  const { random } = story;
  if (before === 'unscheduled') story.schedule(fraud);
  do story.session(fraud, waits[fraud], lengths[fraud]);
  while (random.chance(0.4));
  if (random.chance(0.4)) {
    handleLeads(story);
    return;
  }
  story.start(fraud, waits[fraud]);
  story.work(lengths[fraud]);
  story.happen('A_DECLINED');
  story.complete(fraud);
}

function completeApplication(story: Story, before: 'unscheduled' | 'scheduled' = 'unscheduled'): void {
  const { random } = story;
  if (before === 'unscheduled') story.schedule(completing);
  while (random.chance(0.62)) story.session(completing, waits[completing], lengths[completing]);
  const next = random.weighted(
    [
      ['accept', 70],
      ['decline', 15],
      ['cancel', 9],
      ['tidy up', 6],
    ] as const,
    'accept',
  );
  if (next === 'tidy up') {
    tidyUp(story, completing);
    return;
  }
  story.start(completing, waits[completing]);
  // A colleague takes the same item up without noticing.
  if (random.chance(0.01))
    story.session(completing, { low: second, median: minute, high: 2 * minute }, lengths[completing]);
  story.work(lengths[completing]);
  if (next === 'accept') {
    story.happen('A_ACCEPTED');
    story.work(lengths[completing]);
    const [first, then] = random.chance(0.58)
      ? (['O_SELECTED', 'A_FINALIZED'] as const)
      : (['A_FINALIZED', 'O_SELECTED'] as const);
    story.happen(first, then);
    sendOffer(story, followUp);
  } else story.happen(next === 'decline' ? 'A_DECLINED' : 'A_CANCELLED');
  story.complete(completing);
  if (next === 'accept') followUpOffers(story);
}

/** The selected offer is written and sent, and a call to the customer planned. */
function sendOffer(story: Story, call: WorkItemName): void {
  story.soon(1_000, 2_000);
  story.happen('O_CREATED');
  story.soon(25, 180);
  story.happen('O_SENT');
  story.schedule(call);
}

/** Another offer takes the place of the one that the customer has. */
function replaceOffer(story: Story, call: WorkItemName): void {
  story.happen(...story.random.shuffled(['O_SELECTED', 'O_CANCELLED'] as const));
  sendOffer(story, call);
}

function followUpOffers(story: Story): void {
  const { random } = story;
  for (;;) {
    if (random.chance(0.6)) story.session(followUp, waits[followUp], lengths[followUp]);
    const next = random.weighted(
      [
        ['call', 34],
        ['replace', 14],
        ['sent back', 38],
        ['cancel', 9],
        ['tidy up', 5],
        ['decline', 1],
      ] as const,
      'call',
    );
    if (next === 'call') continue;
    if (next === 'tidy up') {
      tidyUp(story, followUp, 'O_CANCELLED');
      return;
    }
    story.start(followUp, waits[followUp]);
    story.work(lengths[followUp]);
    if (next === 'replace') replaceOffer(story, followUp);
    else if (next === 'sent back') {
      story.happen('O_SENT_BACK');
      story.schedule(assessing);
    } else if (next === 'cancel') story.happen(...random.shuffled(['A_CANCELLED', 'O_CANCELLED'] as const));
    else story.happen(...random.shuffled(['A_DECLINED', 'O_DECLINED'] as const));
    story.complete(followUp);
    if (next === 'sent back') assess(story);
    if (next !== 'replace') return;
  }
}

function assess(story: Story): void {
  const { random } = story;
  while (random.chance(0.3)) story.session(assessing, waits[assessing], lengths[assessing]);
  story.start(assessing, waits[assessing]);
  story.work(lengths[assessing]);
  const next = random.weighted(
    [
      ['grant', 43],
      ['papers', 43],
      ['decline', 13],
      ['fraud', 1],
    ] as const,
    'grant',
  );
  if (next === 'grant') grant(story);
  else if (next === 'decline') story.happen(...random.shuffled(['A_DECLINED', 'O_DECLINED'] as const));
  else story.schedule(next === 'papers' ? papers : fraud);
  story.complete(assessing);
  if (next === 'grant' && random.chance(0.03)) {
    story.overNight(random.between(1, 3));
    story.schedule(contract);
  } else if (next === 'papers') collectPapers(story);
  else if (next === 'fraud') {
    story.session(fraud, waits[fraud], lengths[fraud]);
    story.start(fraud, waits[fraud]);
    story.schedule(assessing);
    story.complete(fraud);
    assess(story);
  }
}

/** Four things are written down at one moment, in any order. */
function grant(story: Story): void {
  story.happen(...story.random.shuffled(['O_ACCEPTED', 'A_APPROVED', 'A_REGISTERED', 'A_ACTIVATED'] as const));
}

function collectPapers(story: Story): void {
  const { random } = story;
  do story.session(papers, waits[papers], lengths[papers]);
  while (random.chance(0.7));
  story.start(papers, waits[papers]);
  story.work(lengths[papers]);
  const next = random.weighted(
    [
      ['assess', 80],
      ['grant', 8],
      ['replace', 6],
      ['cancel', 4],
      ['decline', 2],
    ] as const,
    'assess',
  );
  if (next === 'assess') story.schedule(assessing);
  else if (next === 'grant') grant(story);
  else if (next === 'replace') replaceOffer(story, papers);
  else if (next === 'cancel') story.happen(...random.shuffled(['A_CANCELLED', 'O_CANCELLED'] as const));
  else story.happen(...random.shuffled(['A_DECLINED', 'O_DECLINED'] as const));
  story.complete(papers);
  if (next === 'assess') assess(story);
  if (next !== 'replace') return;
  story.start(papers, waits[papers]);
  story.happen('O_SENT_BACK');
  story.schedule(assessing);
  story.complete(papers);
  assess(story);
}

/** Nobody heard from the customer for weeks: the item is closed unstarted, and the portal cancels. */
function tidyUp(story: Story, item: WorkItemName, offer?: 'O_CANCELLED'): void {
  story.overNight(story.random.between(20, 32));
  story.complete(item);
  story.soon(1, 3);
  story.automatically('A_CANCELLED');
  if (offer !== undefined) story.automatically(offer);
}
