/** From a line of the log to the command that says the same in the loan desk's words. */
import type { Application, ExecuteOptions, Receipt } from '@tidemark/core';
import * as command from '../domain/commands.ts';
import type { WorkKind } from '../domain/work.ts';
import type { LoggedApplication, LoggedStep } from '../xes/application-log.ts';
import type { DeskStepName, WorkItemName, WorkTransition } from '../xes/steps.ts';

type PlainStep = Exclude<DeskStepName, 'A_SUBMITTED'>;
/** Says no more than which application and by whom. */
type PlainCommand = new () => command.PartlySubmitApplication | command.SelectOffer;

const plainCommands: Readonly<Record<PlainStep, PlainCommand>> = {
  A_PARTLYSUBMITTED: command.PartlySubmitApplication,
  A_PREACCEPTED: command.PreAcceptApplication,
  A_ACCEPTED: command.AcceptApplication,
  A_FINALIZED: command.FinalizeApplication,
  A_APPROVED: command.ApproveApplication,
  A_REGISTERED: command.RegisterApplication,
  A_ACTIVATED: command.ActivateApplication,
  A_DECLINED: command.DeclineApplication,
  A_CANCELLED: command.CancelApplication,
  O_SELECTED: command.SelectOffer,
  O_CREATED: command.CreateOffer,
  O_SENT: command.SendOffer,
  O_SENT_BACK: command.SendOfferBack,
  O_ACCEPTED: command.AcceptOffer,
  O_DECLINED: command.DeclineOffer,
  O_CANCELLED: command.CancelOffer,
};

const workKinds: Readonly<Record<WorkItemName, WorkKind>> = {
  'W_Afhandelen leads': 'handle-lead',
  'W_Completeren aanvraag': 'complete-application',
  'W_Nabellen offertes': 'follow-up-offer',
  'W_Valideren aanvraag': 'assess-application',
  'W_Nabellen incomplete dossiers': 'collect-papers',
  'W_Beoordelen fraude': 'assess-fraud',
  'W_Wijzigen contractgegevens': 'change-contract',
};

const workCommands = {
  SCHEDULE: command.ScheduleWork,
  START: command.StartWork,
  COMPLETE: command.CompleteWork,
} as const satisfies Record<WorkTransition, new () => object>;

export function executeStep(
  app: Application,
  { number, amount, registeredAt }: LoggedApplication,
  { step, by, at }: LoggedStep,
  options: ExecuteOptions,
): Promise<Receipt<unknown>> {
  const fields = { applicationNumber: number, by };
  const dated = { ...options, occurredAt: at };
  if (step.kind === 'work') {
    return app.execute(workCommands[step.transition], { ...fields, work: workKinds[step.name] }, dated);
  }
  if (step.name === 'A_SUBMITTED')
    return app.execute(command.SubmitApplication, { ...fields, amount, registeredAt }, dated);
  return app.execute(plainCommands[step.name], fields, dated);
}
