// Moves through the states of one application. It is written into the page as it is; the states are in the page already,
// made by the framework when the page was.
//
// Without the characters that XML would take for markup, so that the page is well-formed.
(() => {
  const panel = document.getElementById('time-travel');
  const data = document.getElementById('states');
  const table = document.getElementById('all-states');
  if (panel === null) return;
  const states = JSON.parse(data.textContent);
  const slider = panel.querySelector('input');
  const line = panel.querySelector('[data-now="line"]');
  const rows = table.querySelectorAll('tbody tr');

  function show() {
    const place = Number(slider.value);
    const now = states[place];
    const before = place === 0 ? undefined : states[place - 1];
    for (const name of ['revision', 'at', 'what', 'by']) {
      panel.querySelector(`[data-now="${name}"]`).textContent = now[name];
    }
    for (const field of panel.querySelectorAll('[data-field]')) {
      const name = field.dataset.field;
      field.querySelector('dd').textContent = now.state[name];
      field.classList.toggle('changed', before !== undefined ? before.state[name] !== now.state[name] : true);
    }
    for (const dot of panel.querySelectorAll('circle')) {
      const current = dot.dataset.revision === String(now.revision);
      dot.classList.toggle('current', current);
      dot.classList.toggle('later', Number(dot.dataset.revision) > now.revision);
      if (current) {
        for (const end of ['x1', 'x2']) line.setAttribute(end, dot.getAttribute('cx'));
        const box = dot.closest('.scroll');
        const fromLeft = dot.getBoundingClientRect().left - box.getBoundingClientRect().left;
        box.scrollLeft += fromLeft - box.clientWidth / 2;
      }
    }
    for (const [index, row] of rows.entries()) row.classList.toggle('current', index === place);
    for (const button of panel.querySelectorAll('button')) {
      button.disabled = states[place + Number(button.dataset.move)] === undefined;
    }
    slider.setAttribute('aria-valuetext', `revision ${now.revision}: ${now.what}, ${now.at}, ${now.state.status}`);
  }

  function move(place) {
    slider.value = String(place);
    show();
  }

  slider.addEventListener('input', show);
  panel.addEventListener('click', ({ target }) => {
    if (target.dataset.move !== undefined) move(Number(slider.value) + Number(target.dataset.move));
    const place = states.findIndex(({ revision }) => String(revision) === target.dataset.revision);
    if (place !== -1) move(place);
  });
  addEventListener('beforeprint', () => {
    for (const details of document.querySelectorAll('details')) details.open = true;
  });

  panel.hidden = false;
  table.open = false;
  show();
})();
