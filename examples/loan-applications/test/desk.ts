/** A loan desk in memory, told in commands: what was done before, what is done now, what must come of it. */
import { type CommandClass, type Fields, memory, type RecordedEvent } from '@tidemark/core';
import * as assert from 'uvu/assert';
import * as command from '../src/domain/commands.ts';
import { LoanApplication } from '../src/domain/loan-application.ts';
import type { WorkKind } from '../src/domain/work.ts';
import { openLoanDesk } from '../src/loan-desk.ts';

const applicationNumber = '173688';

type Own<C> = Omit<Fields<C>, 'applicationNumber' | 'by'>;

/** One thing to do at the desk. */
export type Deed = readonly [CommandClass, Readonly<Record<string, unknown>>];

export function deed<C extends object>(target: CommandClass<C>, fields: Own<C>): Deed {
  return [target as CommandClass, { applicationNumber, by: '10862', ...fields }];
}

export const submit = deed(command.SubmitApplication, {
  amount: 5_000,
  registeredAt: new Date('2012-01-02T08:00:00Z'),
});
export const partlySubmit = deed(command.PartlySubmitApplication, {});
export const preAccept = deed(command.PreAcceptApplication, {});
export const accept = deed(command.AcceptApplication, {});
export const finalize = deed(command.FinalizeApplication, {});
export const approve = deed(command.ApproveApplication, {});
export const register = deed(command.RegisterApplication, {});
export const activate = deed(command.ActivateApplication, {});
export const decline = deed(command.DeclineApplication, {});
export const cancel = deed(command.CancelApplication, {});
export const selectOffer = deed(command.SelectOffer, {});
export const createOffer = deed(command.CreateOffer, {});
export const sendOffer = deed(command.SendOffer, {});
export const sendOfferBack = deed(command.SendOfferBack, {});
export const acceptOffer = deed(command.AcceptOffer, {});
export const declineOffer = deed(command.DeclineOffer, {});
export const cancelOffer = deed(command.CancelOffer, {});
export const schedule = (work: WorkKind) => deed(command.ScheduleWork, { work });
export const start = (work: WorkKind) => deed(command.StartWork, { work });
export const complete = (work: WorkKind) => deed(command.CompleteWork, { work });

export const preAccepted = [submit, partlySubmit, preAccept];
export const finalized = [...preAccepted, accept, finalize];
export const offerMade = [selectOffer, createOffer, sendOffer];

/** Does all of it in turn; resolves to the state and to the events' types. */
export async function after(...deeds: readonly Deed[]): Promise<{ state: LoanApplication; events: readonly string[] }> {
  await using desk = await openLoanDesk(memory(), []);
  for (const [target, fields] of deeds) await desk.execute(target, fields as never);
  const events: RecordedEvent[] = [];
  for await (const event of desk.history(LoanApplication, applicationNumber)) events.push(event);
  return { state: await desk.load(LoanApplication, applicationNumber), events: events.map(({ type }) => type) };
}

/** Of each of `deeds`, after `before`: it is refused with `code`, and nothing is recorded. */
export async function refuses(code: string, before: readonly Deed[], ...deeds: readonly Deed[]): Promise<void> {
  await using desk = await openLoanDesk(memory(), []);
  for (const [target, fields] of before) await desk.execute(target, fields as never);
  const head = await desk.eventStore.head();
  for (const [target, fields] of deeds) {
    const outcome = await desk.execute(target, fields as never).then(
      () => 'nothing was refused',
      (error: { code?: string }) => error.code,
    );
    assert.is(outcome, code, target.name);
    assert.is(await desk.eventStore.head(), head, `${target.name} recorded nothing`);
  }
}
