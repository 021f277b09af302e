// Ticking rows raises the bar at the foot of the list; what is ticked goes with the bar's form.
(() => {
  const refresh = () => {
    const bar = document.querySelector('.action-bar');
    if (!bar) return;
    const ticked = [...document.querySelectorAll('input[data-row-tick]:checked')];
    bar.hidden = ticked.length === 0;
    const words = bar.querySelector('[data-count]');
    if (words)
      words.textContent =
        ticked.length === 1 ? words.dataset.one : words.dataset.other.replace('{count}', String(ticked.length));
    const several = new Set(ticked.map((tick) => tick.dataset.group)).size > 1;
    for (const part of bar.querySelectorAll('[data-when]')) part.hidden = (part.dataset.when === 'several') !== several;
    const all = document.querySelector('input[data-tick-all]');
    if (all) {
      const boxes = document.querySelectorAll('input[data-row-tick]');
      all.checked = ticked.length > 0 && ticked.length === boxes.length;
      all.indeterminate = ticked.length > 0 && ticked.length < boxes.length;
    }
  };
  document.addEventListener('change', (event) => {
    if (event.target.matches('input[data-tick-all]'))
      for (const tick of document.querySelectorAll('input[data-row-tick]')) tick.checked = event.target.checked;
    if (event.target.matches('input[data-tick-all], input[data-row-tick]')) refresh();
  });
  document.addEventListener('click', (event) => {
    if (!event.target.closest('[data-untick]')) return;
    for (const tick of document.querySelectorAll('input[data-row-tick]:checked')) tick.checked = false;
    refresh();
  });
  document.addEventListener('htmx:after:swap', refresh);
  // The browser restores ticks after "back".
  addEventListener('pageshow', refresh);
})();
