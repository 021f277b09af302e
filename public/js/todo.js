// The to-do list: A and S act on the item that has the focus, what is ticked raises the bar of its part, and when an item
// is done the focus goes to the next one, also over a page that is loaded anew.
(() => {
  const KEPT = 'todo-next';
  const list = () => document.getElementById('todo');
  if (!list()) return;
  let posted = false;
  let printing = false;

  const items = () => [...list().querySelectorAll('.todo[id]')].map(({ id }) => id);
  /** From the item on: those after it, then those before it, the nearest first. */
  const remember = (item) => {
    const ids = items();
    const at = ids.indexOf(item.id);
    const others = at < 0 ? [] : [...ids.slice(at + 1), ...ids.slice(0, at).toReversed()];
    sessionStorage.setItem(KEPT, JSON.stringify({ own: item.id, others }));
  };
  /** Focuses the next item if the remembered one is gone, else the item itself; never takes the focus from a field. */
  const resume = () => {
    const kept = sessionStorage.getItem(KEPT);
    sessionStorage.removeItem(KEPT);
    if (!kept || document.activeElement?.closest('#panel')) return;
    const { own, others } = JSON.parse(kept);
    const id = [own, ...others].find((one) => document.getElementById(one));
    const target = id ? document.getElementById(id).querySelector('a') : document.querySelector('#main');
    target?.focus();
  };

  const refreshBars = () => {
    for (const bar of document.querySelectorAll('[data-bulk]')) {
      const count = document.querySelectorAll(`input[type="checkbox"][form="${bar.id}"]:checked`).length;
      bar.hidden = count === 0;
      const words = bar.querySelector('[data-count]');
      words.textContent = count === 1 ? words.dataset.one : words.dataset.other.replace('{count}', String(count));
    }
  };
  const reload = () => htmx.ajax('GET', location.pathname + location.search, { target: '#todo' });

  document.addEventListener('keydown', (event) => {
    const item = document.activeElement?.closest('.todo');
    if (!item || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    if (event.target.closest('input, textarea, select')) return;
    const key = event.key.toLowerCase();
    if (key !== 'a' && key !== 's') return;
    const button = item.querySelector(`[data-key="${key}"]`);
    if (!button) return;
    event.preventDefault();
    button.click();
  });
  document.addEventListener('submit', (event) => {
    const item = event.target.closest('.todo') ?? document.querySelector('.todo:has(input[type="checkbox"]:checked)');
    if (event.submitter?.formTarget === '_blank' || event.target.target === '_blank') printing = true;
    else if (item) remember(item);
  });
  document.addEventListener('click', (event) => {
    // What a panel settles began at an item of the list.
    const item = event.target.closest('.todo');
    if (item && event.target.closest('[hx-target="#panel-body"]')) remember(item);
  });
  document.addEventListener('change', (event) => {
    if (event.target.matches('.todo input[type="checkbox"]')) refreshBars();
  });
  document.addEventListener('htmx:after:swap', (event) => {
    const target = event.detail?.ctx?.target ?? event.target;
    if (target.closest('#panel')) posted ||= event.detail?.ctx?.request?.method !== 'GET';
    if (target.id !== 'todo') return;
    refreshBars();
    resume();
  });
  // Whatever was mended in the panel may have taken its item off the list.
  document.getElementById('panel')?.addEventListener('hidden.bs.offcanvas', () => {
    if (posted) reload();
    posted = false;
  });
  // The letters are drawn in a window beside; what was printed shows when one comes back.
  addEventListener('focus', () => {
    if (printing) reload();
    printing = false;
  });
  addEventListener('pageshow', refreshBars);
  refreshBars();
  resume();
})();
