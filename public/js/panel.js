// The side panel opens when something was put into it, and gives the focus back to the row when it closes.
(() => {
  const panel = document.getElementById('panel');
  const body = document.getElementById('panel-body');
  if (!panel || !body) return;
  let opener = null;

  const open = () => {
    if (!body.childElementCount) return;
    tabler.Offcanvas.getOrCreateInstance(panel).show();
    // The list beside it stays in use.
    panel.removeAttribute('aria-modal');
    // A switch that was changed in place keeps the focus.
    if (body.contains(document.activeElement)) return;
    body.querySelector('h1, h2')?.setAttribute('tabindex', '-1');
    body.querySelector('h1, h2')?.focus({ preventScroll: true });
  };

  document.addEventListener('click', (event) => {
    const link = event.target.closest('[hx-target="#panel-body"]');
    if (!link || body.contains(link)) return;
    opener = link;
    for (const row of document.querySelectorAll('tr.is-open')) row.classList.remove('is-open');
    link.closest('tr')?.classList.add('is-open');
  });
  document.addEventListener('htmx:after:swap', (event) => {
    const target = event.detail?.ctx?.target ?? event.target;
    if (target === body || body.contains(target)) open();
  });
  document.addEventListener('click', (event) => {
    if (event.target.closest('[data-close-panel]')) tabler.Offcanvas.getOrCreateInstance(panel).hide();
  });
  // Tabler hears Esc inside the panel only.
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || event.target.closest('#panel, input, select, textarea')) return;
    if (!document.querySelector('dialog[open], .dropdown-menu.show')) tabler.Offcanvas.getInstance(panel)?.hide();
  });
  panel.addEventListener('hidden.bs.offcanvas', () => {
    body.replaceChildren();
    for (const row of document.querySelectorAll('tr.is-open')) row.classList.remove('is-open');
    // The list may have been drawn anew meanwhile.
    const sameLink = opener && `[hx-target="#panel-body"][href="${CSS.escape(opener.getAttribute('href'))}"]`;
    (opener?.isConnected ? opener : sameLink && document.querySelector(sameLink))?.focus();
  });
})();
