import { ValidationError } from '@tidemark/core';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ScheduleWork, SubmitApplication } from '../src/domain/commands.ts';
import type { WorkKind } from '../src/domain/work.ts';
import {
  accept,
  acceptOffer,
  activate,
  after,
  approve,
  cancel,
  cancelOffer,
  complete,
  createOffer,
  decline,
  declineOffer,
  deed,
  finalize,
  finalized,
  offerMade,
  partlySubmit,
  preAccept,
  preAccepted,
  refuses,
  register,
  schedule,
  selectOffer,
  sendOffer,
  sendOfferBack,
  start,
  submit,
} from './desk.ts';

const granted = [...finalized, ...offerMade, sendOfferBack, acceptOffer, approve];

test('goes from submitted to granted, one status after the other', async () => {
  const { state, events } = await after(...granted, register, activate);
  assert.is(state.status, 'granted');
  assert.is(state.amount, 5_000);
  assert.equal(state.granted, ['approved', 'registered', 'activated']);
  assert.equal(events.slice(0, 5), [
    'ApplicationSubmitted',
    'ApplicationPartlySubmitted',
    'ApplicationPreAccepted',
    'ApplicationAccepted',
    'ApplicationFinalized',
  ]);
});

test('can do nothing before it is submitted, and is submitted once', async () => {
  await refuses('APPLICATION_UNKNOWN', [], partlySubmit, decline, selectOffer, schedule('handle-lead'), approve);
  await refuses('WORK_NOT_PLANNED', [], start('handle-lead'));
  await refuses('APPLICATION_EXISTS', [submit], submit);
});

test('skips no status and goes back to none', async () => {
  await refuses('WRONG_STATUS', [submit], preAccept, accept, finalize, approve, decline);
  await refuses('WRONG_STATUS', finalized, partlySubmit, preAccept, accept, finalize);
});

test('can be declined or cancelled from partly submitted to finalized, and that is the end', async () => {
  for (const end of [decline, cancel]) {
    for (const before of [[submit, partlySubmit], preAccepted, [...preAccepted, accept], finalized]) {
      await after(...before, end);
    }
    await refuses(
      'WRONG_STATUS',
      [...finalized, end],
      decline,
      cancel,
      selectOffer,
      schedule('follow-up-offer'),
      approve,
    );
  }
});

test('is approved, registered and activated in any order, each once', async () => {
  const offered = [...finalized, ...offerMade];
  const { state } = await after(...offered, activate, register, acceptOffer, approve);
  assert.equal(state.granted, ['activated', 'registered', 'approved']);
  await refuses('GRANTED_ALREADY', [...offered, activate], activate);
});

test('is granted only what was offered and not withdrawn', async () => {
  await refuses('NO_SUCH_OFFER', finalized, approve, register, activate);
  await refuses('NO_SUCH_OFFER', [...finalized, selectOffer, createOffer], approve);
  await refuses('NO_SUCH_OFFER', [...finalized, ...offerMade, cancelOffer], approve);
});

test('is bound by an accepted offer', async () => {
  const bound = [...finalized, ...offerMade, acceptOffer];
  await refuses('OFFER_ACCEPTED', bound, decline, cancel, selectOffer);
  await refuses('WRONG_STATUS', [...bound, approve], decline, cancel);
});

test('makes offers one at a time, numbered as they are selected', async () => {
  const { state, events } = await after(...finalized, ...offerMade, selectOffer, cancelOffer, createOffer, sendOffer);
  assert.equal(state.offers, [
    { number: 1, state: 'cancelled', wasSentBack: false },
    { number: 2, state: 'sent', wasSentBack: false },
  ]);
  assert.equal(events.slice(-4), ['OfferSelected', 'OfferCancelled', 'OfferCreated', 'OfferSent']);
  await refuses('OFFER_IN_THE_MAKING', [...finalized, selectOffer], selectOffer);
  await refuses('OFFER_IN_THE_MAKING', [...finalized, selectOffer, createOffer], selectOffer);
  await refuses('OFFER_OUTSTANDING', [...finalized, ...offerMade, selectOffer], createOffer);
});

test('makes an offer before it is finalized, but neither writes nor sends it', async () => {
  await refuses('WRONG_STATUS', preAccepted, selectOffer);
  await refuses('WRONG_STATUS', [...preAccepted, accept, selectOffer], createOffer, sendOffer);
  await refuses(
    'NO_SUCH_OFFER',
    finalized,
    createOffer,
    sendOffer,
    sendOfferBack,
    acceptOffer,
    declineOffer,
    cancelOffer,
  );
});

test('an offer is sent back once, and accepted also without', async () => {
  const { state } = await after(...finalized, ...offerMade, sendOfferBack, acceptOffer);
  assert.equal(state.offers, [{ number: 1, state: 'accepted', wasSentBack: true }]);
  await after(...finalized, ...offerMade, acceptOffer);
  await refuses('NO_SUCH_OFFER', [...finalized, ...offerMade, sendOfferBack], sendOfferBack);
});

test('an offer ends with its application, before it or after', async () => {
  const offered = [...finalized, ...offerMade];
  for (const [end, endOffer] of [
    [decline, declineOffer],
    [cancel, cancelOffer],
  ] as const) {
    await after(...offered, end, endOffer);
    await after(...offered, endOffer, end);
  }
  await refuses('WRONG_STATUS', [...offered, decline], cancelOffer, acceptOffer, sendOfferBack);
  await refuses('WRONG_STATUS', [...offered, cancel], declineOffer, acceptOffer);
});

test('plans each work in its own stage', async () => {
  const plannable = async (...deeds: readonly (typeof submit)[]) => {
    const kinds: WorkKind[] = [
      'handle-lead',
      'complete-application',
      'follow-up-offer',
      'assess-application',
      'collect-papers',
      'assess-fraud',
      'change-contract',
    ];
    const planned: WorkKind[] = [];
    for (const kind of kinds)
      await after(...deeds, schedule(kind)).then(
        () => planned.push(kind),
        () => {},
      );
    return planned;
  };
  assert.equal(await plannable(submit), []);
  assert.equal(await plannable(submit, partlySubmit), ['handle-lead', 'complete-application', 'assess-fraud']);
  assert.equal(await plannable(...preAccepted), ['complete-application', 'assess-fraud']);
  assert.equal(await plannable(...preAccepted, accept), []);
  assert.equal(await plannable(...finalized), ['follow-up-offer', 'assess-fraud']);
  assert.equal(await plannable(...finalized, ...offerMade), ['follow-up-offer', 'assess-fraud', 'change-contract']);
  const sentBack = [...finalized, ...offerMade, sendOfferBack];
  const afterwards = ['follow-up-offer', 'assess-application', 'collect-papers', 'assess-fraud', 'change-contract'];
  assert.equal(await plannable(...sentBack), afterwards);
  assert.equal(await plannable(...sentBack, cancelOffer), afterwards, 'it was sent back once, which is enough');
  assert.equal(await plannable(...granted), ['change-contract']);
});

test('lies on one desk at a time', async () => {
  const planned = [...preAccepted, schedule('complete-application'), schedule('assess-fraud')];
  const { state } = await after(...planned, start('complete-application'));
  assert.equal(state.atWork, ['complete-application']);
  await refuses('DESK_TAKEN', [...planned, start('complete-application')], start('assess-fraud'));
  const { state: next } = await after(
    ...planned,
    start('complete-application'),
    complete('complete-application'),
    start('assess-fraud'),
  );
  assert.equal(next.atWork, ['assess-fraud']);
});

test('lets the same work be taken up twice, and work be closed that nobody took up', async () => {
  const work = 'complete-application';
  const planned = [...preAccepted, schedule(work)];
  assert.equal((await after(...planned, start(work), start(work), complete(work))).state.atWork, [work]);
  assert.equal((await after(...planned, complete(work))).state.atWork, []);
});

test('does no work that was never planned, and none on what is declined', async () => {
  const work = 'complete-application';
  await refuses('WORK_NOT_PLANNED', preAccepted, start(work), complete(work));
  await refuses('WRONG_STATUS', [...preAccepted, schedule(work), decline], start(work));
  await after(...preAccepted, schedule(work), start(work), decline, complete(work));
  await after(...preAccepted, schedule(work), cancel, start(work));
});

test('refuses commands that make no sense, naming every field', async () => {
  const nonsense = deed(SubmitApplication, { amount: -1.5, registeredAt: 'today' as never });
  await refuses('VALIDATION', [], nonsense, deed(ScheduleWork, { work: 'sleep' as WorkKind }));
  const [target, fields] = nonsense;
  const failed = await after([target, { ...fields, applicationNumber: 'x', by: 'a b' }]).catch(
    (error: unknown) => error,
  );
  assert.instance(failed, ValidationError);
  const names = new Set((failed as ValidationError).failures.map(({ field }) => field));
  assert.equal([...names].sort(), ['amount', 'applicationNumber', 'by', 'registeredAt']);
});

test.run();
