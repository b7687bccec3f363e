import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { LoanApplication } from '../src/domain/loan-application.ts';
import { OpenedPage } from './opened-page.ts';
import { sampleDesk } from './sample-desk.ts';

const { app, number, report } = await sampleDesk();
test.after(() => app.stop());

test('every revision of the application has its state, the one that the framework loads', async () => {
  const page = new OpenedPage(report);
  const states = page.states();
  const [rows = []] = page.tables('#life');
  const types: string[] = [];
  for await (const { type } of app.history(LoanApplication, number)) types.push(type);
  assert.ok(types.length > 20);
  assert.equal([states.length, rows.length], [types.length, types.length]);
  for (const [revision, { state, ...moment }] of states.entries()) {
    const { status, offers } = await app.load(LoanApplication, number, { atRevision: revision });
    const shown = state as Readonly<Record<string, string>>;
    assert.is(moment['revision'], revision);
    assert.ok(String(moment['what']).startsWith(types[revision] ?? '?'));
    assert.is(shown['status'], status);
    assert.is(shown['offers'], offers.map((offer) => `${offer.number} ${offer.state}`).join(', ') || '–');
    const { at, what, by } = moment;
    assert.equal(rows[revision], [String(revision), at, what, by, ...Object.values(shown)]);
  }
});

test('without its script the page has the table of states, and no slider', () => {
  const page = new OpenedPage(report);
  assert.equal([page.one('#time-travel').hidden, page.one('#all-states').getAttribute('open')], [true, 'open']);
});

test('the slider shows the state of its revision, and says it to who cannot see', () => {
  const page = new OpenedPage(report);
  page.run();
  assert.equal([page.one('#time-travel').hidden, page.one('#all-states').open], [false, false]);
  const slider = page.one('#revision');
  const states = page.states();
  assert.equal([slider.value, slider.getAttribute('max')], [String(states.length - 1), String(states.length - 1)]);
  let before: Readonly<Record<string, string>> = {};
  for (const [place, { revision, at, what, by, state }] of states.entries()) {
    slider.value = String(place);
    page.happens('input', slider);
    const now = ['revision', 'at', 'what', 'by'].map((name) => page.text(`[data-now="${name}"]`));
    assert.equal(now, [String(revision), at, what, by]);
    const fields = page
      .all('[data-field]')
      .map((field): [string, string] => [field.dataset['field'] ?? '', field.querySelector('dd')?.textContent ?? '']);
    assert.equal(Object.fromEntries(fields), state);
    const changed = page.all('.changed').map(({ dataset }) => dataset['field']);
    assert.equal(
      changed,
      fields.flatMap(([name, value]) => (before[name] === value ? [] : [name])),
    );
    assert.match(slider.getAttribute('aria-valuetext') ?? '', `revision ${place}: ${what}, ${at}`);
    assert.is(page.one('circle.current').dataset['revision'], String(place));
    assert.match(page.text('tr.current'), String(what));
    before = state as typeof before;
  }
});

test('the buttons and the dots move the slider, and it stops at both ends', () => {
  const page = new OpenedPage(report);
  page.run();
  const [earlier, later] = page.all('button');
  const revision = () => Number(page.text('[data-now="revision"]'));
  const last = revision();
  assert.equal([earlier?.disabled, later?.disabled], [false, true]);
  page.happens('click', earlier);
  assert.is(revision(), last - 1);
  page.happens('click', page.one('circle[data-revision="0"]'));
  assert.equal([revision(), earlier?.disabled, later?.disabled], [0, true, false]);
  page.happens('click', later);
  assert.is(revision(), 1);
  page.happens('beforeprint');
  assert.is(page.one('#all-states').open, true, 'paper has no slider');
});

test.run();
