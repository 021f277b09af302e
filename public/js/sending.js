// The sending window: a dialog over the list, addresses as chips, a look at the message as it is written, and a draft that
// outlives closing. Without this file the same form is a page that works.
(() => {
  const LOOK_AFTER = 400;
  const dialog = document.getElementById('window');
  const content = document.getElementById('window-content');
  const form = () => document.getElementById('window-form');
  let opener = null;
  let looking = 0;
  /** How often somebody pressed a key or pointed at something, and how often when the window opened. */
  let hands = 0;
  let openedAt = 0;

  // ---- The dialog ---------------------------------------------------------------------------------------------------

  const show = () => {
    if (!dialog || !content.childElementCount) return;
    if (!dialog.open) dialog.showModal();
    if (!content.contains(document.activeElement) || document.activeElement.closest('[data-close-window]'))
      content.querySelector('h1')?.focus({ preventScroll: true });
  };
  const close = () => dialog?.close();

  document.addEventListener(
    'click',
    (event) => {
      const link = event.target.closest('[hx-target="#window-content"]');
      if (link && !content?.contains(link)) opener = link;
    },
    true,
  );
  document.addEventListener('click', (event) => {
    if (event.target.closest('[data-close-window]')) close();
  });
  dialog?.addEventListener('close', () => {
    flush();
    content.replaceChildren();
    // The row may have been drawn anew meanwhile.
    const address = opener?.getAttribute('href');
    const same = address && `[hx-target="#window-content"][href="${CSS.escape(address)}"]`;
    (opener?.isConnected ? opener : same && document.querySelector(same))?.focus();
  });

  /** What stands behind the window follows: the rows came with the answer, the panel is asked for again. */
  const refreshBehind = () => {
    for (const part of document.querySelectorAll('[data-panel-url]')) {
      const target = part.closest('#panel-body') ?? document.querySelector('#main > .container-fluid');
      htmx.ajax('GET', part.dataset.panelUrl, { target, swap: 'innerMorph' });
    }
    for (const tick of document.querySelectorAll('input[data-row-tick]:checked')) tick.checked = false;
    document.querySelector('input[data-row-tick]')?.dispatchEvent(new Event('change', { bubbles: true }));
  };

  // ---- A look at the message ----------------------------------------------------------------------------------------

  const look = () => {
    looking = 0;
    document.getElementById('window-preview')?.dispatchEvent(new CustomEvent('look'));
  };
  const lookSoon = () => {
    clearTimeout(looking);
    looking = setTimeout(look, LOOK_AFTER);
  };
  const lookNoMore = () => {
    clearTimeout(looking);
    looking = 0;
  };
  /** What was changed in the last moment before closing is kept as well. */
  const flush = () => {
    const sent = form();
    if (!looking || !sent) return;
    lookNoMore();
    fetch(`/sending/${sent.dataset.channel}/preview`, {
      method: 'POST',
      keepalive: true,
      headers: { 'HX-Request': 'true' },
      body: new URLSearchParams(new FormData(sent)),
    });
  };
  addEventListener('pagehide', flush);

  document.addEventListener('input', (event) => {
    if (event.target.form !== form() || !form() || 'notDrafted' in event.target.dataset) return;
    // The rich text says "changed" when it starts: nobody began to write yet.
    if (hands === openedAt) return;
    lookSoon();
  });
  document.addEventListener('change', (event) => {
    if (!event.target.matches('[data-keep-one]')) return;
    // One invoice stays, or there is nothing to write about.
    if (!document.querySelector('[data-keep-one]:checked')) event.target.checked = true;
  });
  // A click on a template or on "Send" takes what is there; a look that waits would come too late.
  document.addEventListener(
    'click',
    (event) => {
      if (event.target.closest('#window-form button:not([type="button"])')) lookNoMore();
    },
    true,
  );
  document.addEventListener(
    'keydown',
    (event) => {
      if (!event.target.closest('#window-form')) return;
      if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        event.stopPropagation();
        lookNoMore();
        form().requestSubmit(document.getElementById('window-send'));
      } else if (event.key === 'Enter' && event.target.name === 'templateName') {
        event.preventDefault();
        form().querySelector('[data-keep-template]').click();
      }
    },
    true,
  );

  // ---- Addresses as chips -------------------------------------------------------------------------------------------

  const PARTS = /(?:"[^"]*"|<[^>]*>|[^,;\r\n"<]|["<])+/g;
  const ADDRESS = /^[^\s@<>",;]+@[^\s@<>",;.]+(\.[^\s@<>",;.]+)*$/;
  const parts = (text) => (text.match(PARTS) ?? []).map((part) => part.trim()).filter(Boolean);
  const addressOf = (part) => (/<([^<>]*)>$/.exec(part)?.[1] ?? part).trim();

  const dress = (box) => {
    if (box.dataset.dressed) return;
    box.dataset.dressed = 'yes';
    const typing = box.querySelector('input');
    const sent = document.createElement('input');
    Object.assign(sent, { type: 'hidden', name: typing.name });
    typing.removeAttribute('name');
    const chips = parts(typing.value);
    typing.value = '';
    const list = document.createElement('ul');
    box.prepend(list);
    box.append(sent);
    box.classList.add('is-dressed', 'form-control');
    const error = document.getElementById(`error-${sent.name}`);

    const draw = () => {
      const wrong = chips.filter((chip) => !ADDRESS.test(addressOf(chip)));
      list.replaceChildren(
        ...chips.map((chip, place) => {
          const item = document.createElement('li');
          item.className = `address-chip${wrong.includes(chip) ? ' is-wrong' : ''}`;
          item.title = addressOf(chip);
          const remove = document.createElement('button');
          remove.type = 'button';
          remove.textContent = '×';
          remove.setAttribute('aria-label', box.dataset.remove.replace('{address}', addressOf(chip)));
          remove.addEventListener('click', () => {
            chips.splice(place, 1);
            changed();
            typing.focus();
          });
          item.append(chip.replace(/\s*<[^<>]*>$/, '').replace(/^"|"$/g, '') || chip, remove);
          return item;
        }),
      );
      sent.value = chips.join(', ');
      box.classList.toggle('is-invalid', wrong.length > 0);
      typing.toggleAttribute('aria-invalid', wrong.length > 0);
      if (wrong.length) error.textContent = box.dataset.wrong.replace('{address}', wrong.map(addressOf).join(', '));
      error.hidden = wrong.length === 0;
      offer();
    };
    const changed = () => {
      draw();
      sent.dispatchEvent(new Event('input', { bubbles: true }));
    };
    const add = (text) => {
      const known = new Set(chips.map((chip) => addressOf(chip).toLowerCase()));
      const fresh = parts(text).filter((part) => !known.has(addressOf(part).toLowerCase()));
      if (!fresh.length) return;
      chips.push(...fresh);
      changed();
    };
    const take = () => {
      const text = typing.value;
      typing.value = '';
      add(text);
    };

    typing.addEventListener('input', (event) => {
      // What is half an address yet is no change of the message.
      event.stopPropagation();
      if (/[,;\n]/.test(typing.value) && !/"[^"]*$/.test(typing.value)) take();
    });
    typing.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' && !event.ctrlKey && !event.metaKey) {
        event.preventDefault();
        take();
      } else if (event.key === 'Backspace' && typing.value === '' && chips.length) {
        event.preventDefault();
        typing.value = chips.pop();
        changed();
      }
    });
    typing.addEventListener('blur', take);
    typing.addEventListener('paste', (event) => {
      const text = event.clipboardData?.getData('text') ?? '';
      if (!/[,;\n@]/.test(text)) return;
      event.preventDefault();
      add(typing.value + text);
      typing.value = '';
    });
    box.addEventListener('click', (event) => {
      if (event.target === box || event.target === list) typing.focus();
    });
    box.addEventListener('suggest', (event) => {
      add(event.detail);
      typing.focus();
    });
    const initial = error.textContent;
    draw();
    if (initial && !error.textContent) error.textContent = initial;
    if (initial) error.hidden = false;
  };

  /** Contacts who are not written to yet stand below, to be added with a click. */
  const offer = () => {
    const chosen = [...document.querySelectorAll('.address-box input[type="hidden"]')]
      .flatMap(({ value }) => parts(value))
      .map((part) => addressOf(part).toLowerCase());
    for (const button of document.querySelectorAll('[data-suggest]'))
      button.hidden = chosen.includes(button.dataset.address.toLowerCase());
    for (const row of document.querySelectorAll('[data-suggestions]'))
      row.hidden = !row.querySelector('[data-suggest]:not([hidden])');
  };
  document.addEventListener('click', (event) => {
    const button = event.target.closest('[data-suggest]');
    if (!button) return;
    const boxes = [...document.querySelectorAll('.address-box')];
    const empty = boxes.find((box) => box.querySelector('input[name="to"]')?.value === '');
    (empty ?? boxes.at(-1))?.dispatchEvent(new CustomEvent('suggest', { detail: button.dataset.suggest }));
  });

  // ---- What the window needs when it is there -----------------------------------------------------------------------

  const script = (source) =>
    new Promise((resolve, reject) => {
      if (document.querySelector(`script[src="${source}"]`)) return resolve();
      const element = Object.assign(document.createElement('script'), { src: source });
      element.addEventListener('load', resolve);
      element.addEventListener('error', reject);
      document.head.append(element);
    });
  /** The rich text is fetched with the first window that is opened. */
  const loadEditor = async () => {
    const { trixStyle, trix, editor } = dialog.dataset;
    if (!document.querySelector(`link[href="${trixStyle}"]`)) {
      const style = Object.assign(document.createElement('link'), { rel: 'stylesheet', href: trixStyle });
      // Ours come after it and have the last word.
      document.querySelector('link[rel="stylesheet"][href*="/app."]').before(style);
    }
    await script(trix);
    await script(editor);
  };

  // The rich text takes the focus when it starts and when its chips change; only hands may move it there.
  let last = { element: null, hands };
  for (const name of ['pointerdown', 'keydown']) document.addEventListener(name, () => (hands += 1), true);
  document.addEventListener('focusin', ({ target }) => {
    const { element } = last;
    const byItself = target.matches('#window-form trix-editor') && hands === last.hands && element !== target;
    if (byItself && !element) target.blur();
    else if (byItself && element?.isConnected && !element.closest('.editor-tools, .link-row'))
      element.focus({ preventScroll: true });
    else last = { element: target, hands };
  });

  const prepare = () => {
    for (const box of document.querySelectorAll('[data-addresses]')) dress(box);
    if (form() && dialog) loadEditor();
  };

  document.addEventListener('htmx:after:swap', (event) => {
    const target = event.detail?.ctx?.target;
    if (target === content) {
      const sent = content.querySelector('[data-sent]');
      if (sent) refreshBehind();
      if (sent && 'closeNow' in sent.dataset) return close();
      openedAt = hands;
      if (content.childElementCount) show();
    }
    if (!form()) return;
    prepare();
    const values = form().querySelector('[data-values]')?.dataset.values;
    if (values) form().dispatchEvent(new CustomEvent('editor:values', { bubbles: true, detail: JSON.parse(values) }));
  });
  prepare();

  // ---- The bar that ticking rows raises -----------------------------------------------------------------------------

  const language = document.documentElement.lang;
  const sums = () => {
    const bar = document.querySelector('[data-sending-bar]');
    if (!bar) return;
    const ticked = [...document.querySelectorAll('input[data-row-tick]:checked')];
    const totals = new Map();
    for (const { dataset } of ticked)
      totals.set(dataset.currency, (totals.get(dataset.currency) ?? 0) + Number(dataset.amount));
    const words = [...totals].map(([currency, minor]) => {
      const format = new Intl.NumberFormat(language === 'en' ? 'en-GB' : language, {
        style: 'currency',
        currency,
        useGrouping: 'always',
      });
      return format.format(minor / 10 ** format.resolvedOptions().maximumFractionDigits);
    });
    bar.querySelector('[data-total]').textContent = words.join(' · ');
    const customers = new Set(ticked.map(({ dataset }) => dataset.group));
    const one = ticked[0]?.dataset.customer ?? '';
    for (const part of bar.querySelectorAll('[data-customers]'))
      part.textContent = customers.size === 1 ? one : part.dataset.customers.replace('{count}', String(customers.size));
  };
  document.addEventListener('change', (event) => {
    if (event.target.matches('input[data-tick-all], input[data-row-tick]')) sums();
  });
  document.addEventListener('htmx:after:swap', sums);
  addEventListener('pageshow', sums);
})();
