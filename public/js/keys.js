// The keyboard: / searches, ? lists the keys, g then a letter goes somewhere, j and k walk the rows.
(() => {
  const PLACES = {
    i: '/invoices',
    c: '/customers',
    d: '/todo',
    p: '/plans',
    t: '/templates',
    o: '/outbox',
    r: '/runs',
    f: '/forecast',
    s: '/settings',
  };
  const keys = document.getElementById('keys');
  let going = 0;

  const isTyping = (element) =>
    element.closest('input, textarea, select, trix-editor, [contenteditable="true"]') !== null;
  const rows = () => [...document.querySelectorAll('[data-rows] > :is(tr, li)')];
  const walk = (step) => {
    const all = rows();
    const at = all.findIndex((row) => row.contains(document.activeElement));
    all[Math.min(all.length - 1, Math.max(0, at + step))]?.querySelector('a')?.focus();
  };

  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    const { key } = event;
    if (Date.now() - going < 1000 && PLACES[key]) location.assign(PLACES[key]);
    else if (key === '/') {
      event.preventDefault();
      (document.querySelector('input[type="search"]') ?? { focus: () => location.assign('/invoices') }).focus();
    } else if (key === '?') keys?.showModal();
    else if (key === 'j') walk(1);
    else if (key === 'k') walk(-1);
    else if (key === 'x')
      document.activeElement.closest('[data-rows] > :is(tr, li)')?.querySelector('input[type="checkbox"]')?.click();
    going = key === 'g' ? Date.now() : 0;
  });
  document.addEventListener('click', (event) => {
    if (event.target.closest('[data-keys]')) keys?.showModal();
  });
})();
