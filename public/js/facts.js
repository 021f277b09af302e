// The short forms of an invoice's panel: Esc leaves the form and not the panel, and the focus returns to its button.
(() => {
  const formIn = (element) => element?.closest?.('[data-fact-form]');
  let left = null;

  // Before Tabler hears it inside the panel, and before the panel's own key outside.
  document.addEventListener(
    'keydown',
    (event) => {
      const form = event.key === 'Escape' && formIn(event.target);
      if (!form) return;
      event.stopPropagation();
      event.preventDefault();
      form.querySelector('[data-fact-cancel]').click();
    },
    true,
  );
  document.addEventListener('click', (event) => {
    if (event.target.closest('[data-fact-cancel]')) left = formIn(event.target)?.dataset.factForm ?? null;
  });
  document.addEventListener('htmx:after:swap', () => {
    if (!left || document.querySelector('[data-fact-form]')) return;
    const button = [...document.querySelectorAll('[data-fact]')].find(({ dataset }) => dataset.fact === left);
    left = null;
    const menu = button?.closest('details');
    if (menu) menu.open = true;
    button?.focus();
  });
})();
