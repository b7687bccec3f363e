/** The steps that a log of this bank's loan desk can hold. A step's name is what XES calls an event's class. */

const statusSteps = [
  'A_SUBMITTED',
  'A_PARTLYSUBMITTED',
  'A_PREACCEPTED',
  'A_ACCEPTED',
  'A_FINALIZED',
  'A_APPROVED',
  'A_REGISTERED',
  'A_ACTIVATED',
  'A_DECLINED',
  'A_CANCELLED',
] as const;

const offerSteps = [
  'O_SELECTED',
  'O_CREATED',
  'O_SENT',
  'O_SENT_BACK',
  'O_ACCEPTED',
  'O_DECLINED',
  'O_CANCELLED',
] as const;

const workItems = [
  'W_Afhandelen leads',
  'W_Completeren aanvraag',
  'W_Nabellen offertes',
  'W_Valideren aanvraag',
  'W_Nabellen incomplete dossiers',
  'W_Beoordelen fraude',
  'W_Wijzigen contractgegevens',
] as const;

const workTransitions = ['SCHEDULE', 'START', 'COMPLETE'] as const;

export type DeskStepName = (typeof statusSteps)[number] | (typeof offerSteps)[number];
export type WorkItemName = (typeof workItems)[number];
export type WorkTransition = (typeof workTransitions)[number];

/** Applications and offers know only that a step is over; work items are scheduled, started and completed. */
export type LogStep =
  | { readonly kind: 'desk'; readonly name: DeskStepName; readonly transition: 'COMPLETE' }
  | { readonly kind: 'work'; readonly name: WorkItemName; readonly transition: WorkTransition };

const steps = new Map<string, LogStep>();
for (const name of [...statusSteps, ...offerSteps]) {
  steps.set(`${name} COMPLETE`, { kind: 'desk', name, transition: 'COMPLETE' });
}
for (const name of workItems) {
  for (const transition of workTransitions) steps.set(`${name} ${transition}`, { kind: 'work', name, transition });
}

/** The step of that name, in whichever case the log writes the transition. */
export function stepNamed(name: string, transition: string): LogStep | undefined {
  return steps.get(`${name} ${transition.toUpperCase()}`);
}
