/** What the loan desk can be asked to do. Offers need no number: `offers.ts` says why. */
import { AggregateId, Command } from '@tidemark/core';
import { IsDate, IsIn, IsInt, IsOptional, Matches, Max, Min } from 'class-validator';
import { type WorkKind, workKinds } from './work.ts';

abstract class ApplicationCommand<Result = void> extends Command<Result> {
  @AggregateId()
  @Matches(/^\d{1,12}$/, { message: 'applicationNumber must be 1 to 12 digits' })
  applicationNumber!: string;

  @IsOptional()
  @Matches(/^[\w-]{1,32}$/, { message: 'by must be the short name or number of an employee' })
  by?: string | undefined;
}

export class SubmitApplication extends ApplicationCommand {
  /** In euros. The log has applications for 0. */
  @IsInt()
  @Min(0)
  @Max(10_000_000)
  amount!: number;

  @IsDate()
  registeredAt!: Date;
}

export class PartlySubmitApplication extends ApplicationCommand {}
export class PreAcceptApplication extends ApplicationCommand {}
export class AcceptApplication extends ApplicationCommand {}
export class FinalizeApplication extends ApplicationCommand {}
export class ApproveApplication extends ApplicationCommand {}
export class RegisterApplication extends ApplicationCommand {}
export class ActivateApplication extends ApplicationCommand {}
export class DeclineApplication extends ApplicationCommand {}
export class CancelApplication extends ApplicationCommand {}

/** Returns the number of the offer. */
export class SelectOffer extends ApplicationCommand<number> {}
export class CreateOffer extends ApplicationCommand {}
export class SendOffer extends ApplicationCommand {}
export class SendOfferBack extends ApplicationCommand {}
export class AcceptOffer extends ApplicationCommand {}
export class DeclineOffer extends ApplicationCommand {}
export class CancelOffer extends ApplicationCommand {}

abstract class WorkCommand extends ApplicationCommand {
  @IsIn(workKinds)
  work!: WorkKind;
}

export class ScheduleWork extends WorkCommand {}
export class StartWork extends WorkCommand {}
export class CompleteWork extends WorkCommand {}
