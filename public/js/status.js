// The figures of the status page are renewed while somebody looks: not in the background, and not after an hour without a
// touch, so that a page that was left open does not keep its user signed in for ever.
(() => {
  const EVERY = 30_000;
  const LOOKING = 3_600_000;
  let touched = Date.now();
  const part = () => document.querySelector('[data-renew]');
  const renew = () => {
    if (!document.hidden && Date.now() - touched < LOOKING) part()?.dispatchEvent(new Event('renew'));
  };

  if (!part()) return;
  for (const name of ['pointerdown', 'pointermove', 'keydown', 'focusin'])
    document.addEventListener(name, () => (touched = Date.now()), { passive: true });
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) return;
    touched = Date.now();
    renew();
  });
  setInterval(renew, EVERY);
})();
