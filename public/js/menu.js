// "More" on a phone, and forms that send themselves when a choice changes.
(() => {
  const more = document.getElementById('more');
  const button = document.querySelector('[data-more]');
  button?.addEventListener('click', () => {
    more.hidden = !more.hidden;
    button.setAttribute('aria-expanded', String(!more.hidden));
    if (!more.hidden) more.querySelector('a')?.focus();
  });
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && more && !more.hidden) button.click();
  });
  document.addEventListener('change', (event) => {
    if (event.target.matches('[data-submit-on-change]')) event.target.form.requestSubmit();
  });
})();
