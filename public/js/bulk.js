// Bulk sending: the button says how many messages it sends, and for how much, while lines are ticked.
(() => {
  const language = document.documentElement.lang;
  const sums = (ticked) => {
    const totals = new Map();
    for (const { dataset } of ticked) {
      const known = totals.get(dataset.currency) ?? { minor: 0n, digits: Number(dataset.digits) };
      totals.set(dataset.currency, { ...known, minor: known.minor + BigInt(dataset.minor) });
    }
    return [...totals].map(([currency, { minor, digits }]) => {
      const text = String(minor).padStart(digits + 1, '0');
      const decimal = digits ? `${text.slice(0, -digits)}.${text.slice(-digits)}` : text;
      const locale = language === 'en' ? 'en-GB' : language;
      const options = { style: 'currency', currency, useGrouping: 'always' };
      return new Intl.NumberFormat(locale, options).format(decimal);
    });
  };

  const refresh = () => {
    const form = document.querySelector('form[data-bulk]');
    const send = form?.querySelector('[data-send]');
    if (!send) return;
    for (const all of form.querySelectorAll('[data-tick-section]')) {
      const boxes = [...all.closest('table').querySelectorAll('[data-line]')];
      const ticked = boxes.filter((box) => box.checked).length;
      all.checked = ticked === boxes.length;
      all.indeterminate = ticked > 0 && ticked < boxes.length;
    }
    const ticked = [...form.querySelectorAll('[data-line]:checked')];
    const plural = new Intl.PluralRules(language).select(ticked.length);
    send.textContent = (plural === 'one' ? send.dataset.one : send.dataset.other).replace('{count}', ticked.length);
    send.disabled = ticked.length === 0;
    form.querySelector('[data-none]').hidden = ticked.length > 0;
    const locale = language === 'en' ? 'en-GB' : language;
    form.querySelector('[data-totals]').textContent = new Intl.ListFormat(locale).format(sums(ticked));
  };

  document.addEventListener('change', (event) => {
    if (event.target.matches('[data-tick-section]'))
      for (const box of event.target.closest('table').querySelectorAll('[data-line]'))
        box.checked = event.target.checked;
    if (event.target.matches('[data-tick-section], [data-line]')) refresh();
  });
  document.addEventListener('htmx:after:swap', refresh);
  // The browser restores ticks after "back".
  addEventListener('pageshow', refresh);
  refresh();
})();
