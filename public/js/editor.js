// The template editor: text areas that hold a template become rich text with chips in place of {{variables}}. The text area stays
// the field that is sent, so that without this file the same form works on the source. What the rich text cannot show
// (tables, headings, a variable inside a link) stays source: nothing is ever lost by opening a template.
(() => {
  const TYPE = 'application/vnd.dunwell.chip';
  const TOKEN = /\{\{\{[^{}]*\}\}\}|\{\{[^{}]*\}\}/g;
  /** What stands for a whole block, and so on a line of its own. */
  const BLOCKS = new Set(['{{{invoiceTable}}}', '{{{paymentCode}}}']);

  // ---- Tokens -------------------------------------------------------------------------------------------------------

  const kindOf = (code) => {
    if (/^\{\{\s*#/.test(code)) return 'open';
    if (/^\{\{\s*\//.test(code)) return 'close';
    return /^\{\{\s*else\s*\}\}$/.test(code) ? 'else' : 'value';
  };

  /** What a chip says. "else" reads differently after "if" and after "one or several". */
  const labelOf = (code, words, inside) => {
    const [, block = '', name = ''] = /^\{+\s*#?\s*(?:(if|unless|each|plural)\s+)?(?:\.\.\/)?([\w.]*)/.exec(code) ?? [];
    const kind = kindOf(code);
    if (kind === 'close') return words.end;
    if (kind === 'else') return inside === 'plural' ? words.several : words.otherwise;
    const what = (kind === 'value' && words.values?.[name]) || words.names[name];
    if (kind === 'open') return words[block]?.replace('{what}', what ?? name) ?? code;
    return what ?? (name || code);
  };

  const isKnown = (code, words) => {
    const name = /([\w.]+)\s*\}+$/.exec(code.replace('../', ''))?.[1] ?? '';
    return kindOf(code) === 'else' || kindOf(code) === 'close' || name in words.names;
  };

  const chipOf = (code, words, inside = '') => {
    const span = document.createElement('span');
    span.className = `chip chip-${kindOf(code) === 'value' ? 'value' : 'block'}${isKnown(code, words) ? '' : ' chip-unknown'}`;
    span.textContent = labelOf(code, words, inside);
    return { contentType: TYPE, content: span.outerHTML, code };
  };

  // ---- Source to rich text ------------------------------------------------------------------------------------------

  class Unsupported extends Error {}
  const MARKS = { STRONG: 'bold', B: 'bold', EM: 'italic', I: 'italic', S: 'strike', DEL: 'strike', STRIKE: 'strike' };

  /** The source as blocks ({ type, pieces }); throws Unsupported for what the rich text cannot hold. */
  const blocksOf = (source) => {
    const tokens = [];
    const html = source.replace(TOKEN, (code) => `<dw-chip n="${tokens.push(code) - 1}"></dw-chip>`);
    const body = new DOMParser().parseFromString(html, 'text/html').body;
    if (body.querySelectorAll('dw-chip').length !== tokens.length) throw new Unsupported();
    const blocks = [];
    let pending = [];
    let loose = null;

    const add = (type, pieces) => {
      blocks.push({ type, pieces: [...pending, ...pieces] });
      pending = [];
      loose = null;
    };
    const boundary = (code) => {
      const piece = { code, attributes: {}, outside: true };
      if (kindOf(code) === 'close' && blocks.length && !pending.length) blocks.at(-1).pieces.push(piece);
      else pending.push(piece);
      loose = null;
    };
    const inline = (node, attributes, pieces) => {
      if (node.nodeType === Node.TEXT_NODE) pieces.push({ string: node.data.replace(/[ \t\r\n]+/g, ' '), attributes });
      else if (node.nodeName === 'BR') pieces.push({ string: '\n', attributes: {} });
      else if (node.nodeName === 'DW-CHIP') pieces.push({ code: tokens[Number(node.getAttribute('n'))], attributes });
      else if (MARKS[node.nodeName]) each(node, { ...attributes, [MARKS[node.nodeName]]: true }, pieces);
      else if (node.nodeName === 'A' && node.getAttribute('href'))
        each(node, { ...attributes, href: node.getAttribute('href') }, pieces);
      else if (node.nodeType !== Node.COMMENT_NODE) throw new Unsupported();
      return pieces;
    };
    const each = (parent, attributes, pieces) => {
      for (const child of parent.childNodes) inline(child, attributes, pieces);
      return pieces;
    };
    const list = (element, type) => {
      for (const child of element.childNodes) {
        if (child.nodeName === 'LI') add(type, each(child, {}, []));
        else if (child.nodeName === 'DW-CHIP') boundary(tokens[Number(child.getAttribute('n'))]);
        else if (child.textContent.trim()) throw new Unsupported();
      }
    };

    for (const node of body.childNodes) {
      if (node.nodeName === 'P') add('p', each(node, {}, []));
      else if (node.nodeName === 'UL' || node.nodeName === 'OL') list(node, node.nodeName.toLowerCase());
      else if (node.nodeName === 'DW-CHIP' && (!loose || BLOCKS.has(tokens[Number(node.getAttribute('n'))]))) {
        const code = tokens[Number(node.getAttribute('n'))];
        if (kindOf(code) !== 'value') boundary(code);
        else {
          add('p', [{ code, attributes: {} }]);
          if (!BLOCKS.has(code)) loose = blocks.at(-1);
        }
      } else if (node.nodeType !== Node.TEXT_NODE || node.data.trim()) {
        const pieces = inline(node, {}, []);
        if (loose) loose.pieces.push(...pieces);
        else {
          add('p', pieces);
          loose = blocks.at(-1);
        }
      }
    }
    if (pending.length) add('p', []);
    for (const { pieces } of blocks) trim(pieces);
    if (loopsAround(blocks)) throw new Unsupported();
    return blocks;
  };

  /** Source may be laid out as it likes: blanks at the ends of a paragraph mean nothing. */
  const trim = (pieces) => {
    const [first, last] = [pieces[0], pieces.at(-1)];
    if (first?.string && first.string !== '\n') pieces[0] = { ...first, string: first.string.trimStart() };
    if (last?.string && last.string !== '\n')
      pieces[pieces.length - 1] = { ...pieces.at(-1), string: pieces.at(-1).string.trimEnd() };
  };

  /** True for a list of invoices that repeats whole paragraphs: in the rich text it would look like one within a paragraph. */
  const loopsAround = (blocks) => {
    const isLoop = (piece) => /^\{\{\s*#\s*each/.test(piece?.code ?? '');
    const isLoopEnd = (piece) => /^\{\{\s*\/\s*each/.test(piece?.code ?? '');
    return statementsOf(blocks).some(({ open, close }) => {
      const from = blocks[open[0]].pieces[open[1]];
      const to = blocks[close[0]].pieces[close[1]];
      if (!isLoop(from) || !isLoopEnd(to)) return false;
      if (open[0] !== close[0]) return true;
      const wholeItem = open[1] === 0 && close[1] === blocks[close[0]].pieces.length - 1;
      return from.outside ? blocks[open[0]].type === 'p' || !wholeItem : blocks[open[0]].type !== 'p' && wholeItem;
    });
  };

  const LIST_ATTRIBUTES = { ul: ['bulletList', 'bullet'], ol: ['numberList', 'number'] };

  /** Blocks as Trix's JSON. Paragraphs stand in one block, an empty line between them, as people write mails. */
  const trixOf = (blocks, words) => {
    const result = [];
    const open = [];
    for (const { type, pieces } of blocks) {
      const text = pieces.map((piece) => {
        const { code, attributes } = piece;
        if (code === undefined) return { type: 'string', string: piece.string, attributes };
        const kind = kindOf(code);
        if (kind === 'open') open.push(/#\s*(\w+)/.exec(code)?.[1] ?? '');
        const attachment = chipOf(code, words, open.at(-1));
        if (kind === 'close') open.pop();
        return { type: 'attachment', attributes, attachment };
      });
      const last = result.at(-1);
      if (type === 'p' && last?.attributes.length === 0)
        last.text.push({ type: 'string', string: '\n\n', attributes: {} }, ...text);
      else result.push({ text, attributes: LIST_ATTRIBUTES[type] ?? [] });
    }
    return result.length ? result : [{ text: [], attributes: [] }];
  };

  // ---- Rich text to source ------------------------------------------------------------------------------------------

  const escape = (text) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
  const isBreak = (piece) => piece.string === '\n';
  const isBlank = (piece) => piece.code === undefined && piece.string.trim() === '';

  /** Trix's JSON as blocks again: an empty line, or the table on a line of its own, parts paragraphs. */
  const fromTrix = (documentJson) =>
    documentJson.flatMap(({ text, attributes }) => {
      const pieces = text.flatMap(({ type, string, attachment, attributes: marks }) => {
        if (marks.blockBreak) return [];
        if (type === 'attachment') {
          const { contentType, code, href } = attachment;
          if (contentType !== TYPE || typeof code !== 'string') return [];
          return [{ code, attributes: href ? { ...marks, href } : marks }];
        }
        return string
          .split(/(\n)/)
          .filter(Boolean)
          .map((part) => ({ string: part, attributes: marks }));
      });
      if (attributes.includes('bullet')) return [{ type: 'ul', pieces }];
      if (attributes.includes('number')) return [{ type: 'ol', pieces }];
      return paragraphsOf(pieces);
    });

  const paragraphsOf = (pieces) => {
    const lines = [[]];
    for (const piece of pieces) {
      if (isBreak(piece)) lines.push([]);
      else lines.at(-1).push(piece);
    }
    const paragraphs = [];
    let current = null;
    lines.forEach((line, n) => {
      const alone = line.some(({ code }) => BLOCKS.has(code)) && line.every((piece) => isBlank(piece) || piece.code);
      const onlyBlock = alone && line.filter(({ code }) => code).length === 1;
      if (onlyBlock) {
        paragraphs.push({ type: 'p', pieces: line });
        current = null;
      } else if (line.length === 0 && current && n < lines.length - 1) current = null;
      else if (line.length > 0 || (n > 0 && lines[n - 1].length === 0 && n < lines.length - 1)) {
        if (current) current.pieces.push({ string: '\n', attributes: {} }, ...line);
        else paragraphs.push((current = { type: 'p', pieces: [...line] }));
      }
    });
    return paragraphs;
  };

  /** All block statements with the places of their parts: { open, elses, close }, each a [block, piece] pair. */
  const statementsOf = (blocks) => {
    const found = [];
    const stack = [];
    blocks.forEach(({ pieces }, b) =>
      pieces.forEach((piece, p) => {
        if (piece.code === undefined) return;
        const kind = kindOf(piece.code);
        if (kind === 'open') {
          const statement = { open: [b, p], elses: [], close: null };
          stack.push(statement);
          found.push(statement);
        } else if (kind === 'else') stack.at(-1)?.elses.push([b, p]);
        else if (kind === 'close' && stack.length) stack.pop().close = [b, p];
      }),
    );
    return found.filter(({ close }) => close);
  };

  /**
   * A condition around whole paragraphs or list items belongs outside their tags, or an empty paragraph would be left when it
   * does not hold. Moves such chips out of the text, the outer ones first.
   */
  const hoist = (blocks) => {
    for (const block of blocks) Object.assign(block, { before: [], after: [], outerBefore: [], outerAfter: [] });
    const gone = new Set();
    const free = (pieces, from, to) => pieces.slice(from, to).every((piece) => gone.has(piece) || isBlank(piece));
    const atStart = ([b, p]) => free(blocks[b].pieces, 0, p);
    const atEnd = ([b, p]) => free(blocks[b].pieces, p + 1);
    const runOf = (b) => {
      let [from, to] = [b, b];
      if (blocks[b].type === 'p') return [b, b];
      while (blocks[from - 1]?.type === blocks[b].type) from -= 1;
      while (blocks[to + 1]?.type === blocks[b].type) to += 1;
      return [from, to];
    };
    for (const { open, elses, close } of statementsOf(blocks)) {
      if (!atStart(open) || !atEnd(close)) continue;
      const branches = elses.map((place) =>
        atStart(place) && place[0] > open[0] ? place[0] : atEnd(place) ? place[0] + 1 : -1,
      );
      if (branches.some((b) => b < 0 || b > close[0])) continue;
      const [first, last] = [runOf(open[0]), runOf(close[0])];
      const whole = first[0] === open[0] && last[1] === close[0];
      if (!whole && (blocks[open[0]].type === 'p' || first[0] !== last[0])) continue;
      if (whole && first[0] !== last[0] && branches.some((b) => runOf(b)[0] !== b)) continue;
      const code = ([b, p]) => blocks[b].pieces[p].code;
      const single = first[0] === last[0] && open[0] === close[0];
      if (/#\s*each/.test(code(open)) && (!single || blocks[open[0]].type === 'p')) continue;
      const outer = whole && !/#\s*each/.test(code(open));
      blocks[open[0]][outer ? 'outerBefore' : 'before'].push(code(open));
      // An inner condition that ends where a branch ends is met later, and put before this "else".
      const beside = outer && first[0] !== last[0] ? 'outerAfter' : 'after';
      elses.forEach((place, n) => blocks[branches[n] - 1][beside].push(code(place)));
      blocks[close[0]][outer ? 'outerAfter' : 'after'].unshift(code(close));
      for (const [b, p] of [open, ...elses, close]) gone.add(blocks[b].pieces[p]);
    }
    for (const block of blocks) {
      const moved = block.pieces.some((piece) => gone.has(piece));
      block.pieces = block.pieces.filter((piece) => !gone.has(piece));
      if (!moved) continue;
      while (block.pieces.length && isBlank(block.pieces[0])) block.pieces.shift();
      while (block.pieces.length && isBlank(block.pieces.at(-1))) block.pieces.pop();
      block.emptied = block.pieces.length === 0;
    }
    return blocks;
  };

  const TAGS = [
    ['href', 'a'],
    ['bold', 'strong'],
    ['italic', 'em'],
    ['strike', 's'],
  ];

  const inlineHtml = (pieces) => {
    let html = '';
    let open = [];
    const opening = ([tag, value]) =>
      tag === 'a' ? `<a href="${escape(value).replace(/"/g, '&quot;')}">` : `<${tag}>`;
    const become = (wanted) => {
      let same = 0;
      while (same < open.length && same < wanted.length && String(open[same]) === String(wanted[same])) same += 1;
      html += open
        .slice(same)
        .toReversed()
        .map(([tag]) => `</${tag}>`)
        .join('');
      html += wanted.slice(same).map(opening).join('');
      open = wanted;
    };
    for (const piece of pieces) {
      if (isBreak(piece)) {
        html += '<br>';
        continue;
      }
      become(TAGS.filter(([name]) => piece.attributes[name]).map(([name, tag]) => [tag, piece.attributes[name]]));
      html += piece.code ?? escape(piece.string);
    }
    become([]);
    return html;
  };

  /** Blocks as the template's source: a line for each paragraph or list. */
  const sourceOf = (blocks) => {
    let html = '';
    const hoisted = hoist(blocks);
    hoisted.forEach((block, n) => {
      const { type, pieces, before, after, outerBefore, outerAfter, emptied } = block;
      const starts = type === 'p' || hoisted[n - 1]?.type !== type;
      const ends = type === 'p' || hoisted[n + 1]?.type !== type;
      if (starts && n > 0) html += '\n';
      html += outerBefore.join('');
      if (starts && type !== 'p') html += `<${type}>`;
      html += before.join('');
      const [tag, text] = [type === 'p' ? 'p' : 'li', inlineHtml(pieces)];
      if (BLOCKS.has(text)) html += text;
      else if (!emptied) html += `<${tag}>${text || '<br>'}</${tag}>`;
      html += after.join('');
      if (ends && type !== 'p') html += `</${type}>`;
      html += outerAfter.join('');
    });
    return html;
  };

  /** The subject is one line of plain text. */
  const plainBlocks = (source) => {
    const pieces = [];
    let at = 0;
    for (const match of source.matchAll(TOKEN)) {
      if (match.index > at) pieces.push({ string: source.slice(at, match.index), attributes: {} });
      pieces.push({ code: match[0], attributes: {} });
      at = match.index + match[0].length;
    }
    if (at < source.length) pieces.push({ string: source.slice(at), attributes: {} });
    return [{ type: 'p', pieces }];
  };
  const plainSource = (documentJson) =>
    documentJson
      .flatMap(({ text }) => text)
      .map(({ type, string, attachment, attributes }) => {
        if (attributes.blockBreak) return '\n';
        return type === 'attachment' ? (attachment.contentType === TYPE ? attachment.code : '') : string;
      })
      .join('')
      .replace(/\s*\n\s*/g, ' ')
      .trim();

  // ---- The editors --------------------------------------------------------------------------------------------------

  let current = null;
  let saving = false;

  const upgrade = (area) => {
    if (area.dataset.upgraded) return;
    area.dataset.upgraded = 'yes';
    const words = JSON.parse(area.form.dataset.words);
    const oneLine = area.dataset.editor === 'line';
    const field = { area, words, oneLine, trix: null, loaded: '', original: area.value };
    area.addEventListener('focus', () => (current = field));
    area.form.addEventListener('editor:values', ({ detail }) => area.isConnected && relabel(field, detail));
    if (!oneLine) current = field;
    if (area.readOnly || !show(field)) return;
    field.toggle = area.form.querySelector(`[data-source-of="${area.id}"]`);
    if (!field.toggle) return;
    field.toggle.hidden = false;
    field.toggle.addEventListener('click', () => (field.trix ? showSource(field) : show(field)));
  };

  /** Shows the rich text; false, and a word about it, when the source has something that it cannot hold. */
  const show = (field) => {
    const { area, words, oneLine } = field;
    let blocks;
    try {
      blocks = oneLine ? plainBlocks(area.value) : blocksOf(area.value);
    } catch (error) {
      if (!(error instanceof Unsupported)) throw error;
      area.parentElement.querySelector('[data-only-source]')?.removeAttribute('hidden');
      return false;
    }
    area.parentElement.querySelector('[data-only-source]')?.setAttribute('hidden', '');
    // Trix wants a toolbar; ours stands above and works with the keyboard too.
    const toolbar = document.createElement('trix-toolbar');
    toolbar.id = `toolbar-${area.id}`;
    toolbar.hidden = true;
    toolbar.append(' ');
    const editor = document.createElement('trix-editor');
    editor.setAttribute('toolbar', toolbar.id);
    editor.setAttribute('aria-labelledby', `label-${area.id}`);
    editor.setAttribute('aria-multiline', String(!oneLine));
    if (area.getAttribute('aria-describedby'))
      editor.setAttribute('aria-describedby', area.getAttribute('aria-describedby'));
    editor.classList.add('form-control', oneLine ? 'editor-line' : 'editor-body');
    if (area.classList.contains('is-invalid')) editor.classList.add('is-invalid');
    field.trix = editor;
    editor.addEventListener('trix-initialize', () => {
      editor.editor.loadJSON({ document: trixOf(blocks, words), selectedRange: [0, 0] });
      field.loaded = JSON.stringify(editor.editor.getDocument());
      field.original = area.value;
      editor.dataset.ready = 'yes';
    });
    editor.addEventListener('trix-change', () => {
      if (editor.dataset.ready) write(field);
    });
    editor.addEventListener('trix-focus', () => (current = field));
    editor.addEventListener('trix-selection-change', () => refreshTools(field));
    editor.addEventListener('trix-file-accept', (event) => event.preventDefault());
    editor.addEventListener('trix-attachment-add', ({ attachment }) => {
      if (attachment.getAttribute('contentType') !== TYPE) attachment.remove();
    });
    if (oneLine)
      editor.addEventListener(
        'keydown',
        (event) => {
          if (event.key !== 'Enter') return;
          event.preventDefault();
          event.stopImmediatePropagation();
        },
        true,
      );
    area.hidden = true;
    area.after(toolbar, editor);
    return true;
  };

  /** Chips that show values follow when these change; a text that nobody has touched stays untouched. */
  const relabel = (field, values) => {
    field.words.values = values;
    if (!field.trix?.dataset.ready) return;
    const { editor } = field.trix;
    const untouched = JSON.stringify(editor.getDocument()) === field.loaded;
    for (const attachment of editor.getDocument().getAttachments()) {
      const code = attachment.getAttribute('code');
      if (typeof code !== 'string' || kindOf(code) !== 'value') continue;
      const { content } = chipOf(code, field.words);
      if (content !== attachment.getAttribute('content')) attachment.setAttributes({ content });
    }
    if (untouched) field.loaded = JSON.stringify(editor.getDocument());
  };

  const showSource = (field) => {
    field.trix.previousElementSibling.remove();
    field.trix.remove();
    field.trix = null;
    field.area.hidden = false;
    field.area.focus();
  };

  /** Writes what the rich text says into the field that is sent. Untouched, it is the very source that was loaded. */
  const write = ({ area, trix, oneLine, loaded, original }) => {
    const text = JSON.stringify(trix.editor.getDocument());
    const blocks = JSON.parse(text);
    area.value = text === loaded ? original : oneLine ? plainSource(blocks) : sourceOf(fromTrix(blocks));
    area.dispatchEvent(new Event('input', { bubbles: true }));
  };

  const refreshTools = ({ trix, oneLine }) => {
    if (oneLine || !trix) return;
    for (const button of document.querySelectorAll('[data-mark]'))
      button.setAttribute('aria-pressed', String(trix.editor.attributeIsActive(button.dataset.mark)));
  };

  // ---- Tools --------------------------------------------------------------------------------------------------------

  /** Puts codes at the cursor: the first before what is selected, the others behind it. */
  const insert = (codes) => {
    if (!current) return;
    const { area, trix, words, oneLine } = current;
    const [first = '', ...rest] = oneLine ? codes.map((code) => (BLOCKS.has(code) ? '' : code)).filter(Boolean) : codes;
    if (!first) return;
    if (!trix) {
      const { selectionStart, selectionEnd, value } = area;
      area.setRangeText(
        first + value.slice(selectionStart, selectionEnd) + rest.join(''),
        selectionStart,
        selectionEnd,
        'end',
      );
      area.dispatchEvent(new Event('input', { bubbles: true }));
      return area.focus();
    }
    const inside = /#\s*(\w+)/.exec(first)?.[1] ?? '';
    const [from, to] = trix.editor.getSelectedRange();
    const put = (code, position) => {
      trix.editor.setSelectedRange(position);
      trix.editor.insertAttachment(new Trix.Attachment(chipOf(code, words, inside)));
    };
    for (const code of rest.toReversed()) put(code, to);
    if (rest.length) put(first, from);
    else {
      trix.editor.setSelectedRange([from, to]);
      trix.editor.insertAttachment(new Trix.Attachment(chipOf(first, words)));
    }
    trix.editor.setSelectedRange(rest.length ? [from + 1, to + 1] : from + 1);
    trix.focus();
  };

  const toggleMark = (mark) => {
    const field = current?.oneLine ? null : current;
    if (!field?.trix) return;
    const { editor } = field.trix;
    if (mark === 'href') return askLink(field);
    field.trix.focus();
    if (editor.attributeIsActive(mark)) editor.deactivateAttribute(mark);
    else editor.activateAttribute(mark);
    refreshTools(field);
  };

  const askLink = ({ trix }) => {
    const row = document.querySelector('[data-link-row]');
    row.hidden = !row.hidden;
    const input = row.querySelector('input');
    input.value = '';
    if (row.hidden) trix.focus();
    else input.focus();
  };

  const setLink = (address) => {
    document.querySelector('[data-link-row]').hidden = true;
    if (!current?.trix) return;
    const { editor } = current.trix;
    current.trix.focus();
    const href = /^[a-z]+:/i.test(address) ? address : /@/.test(address) ? `mailto:${address}` : `https://${address}`;
    if (!address) editor.deactivateAttribute('href');
    else {
      const [from, to] = editor.getSelectedRange();
      if (from === to) {
        editor.insertString(address);
        editor.setSelectedRange([from, from + address.length]);
      }
      editor.activateAttribute('href', href);
    }
  };

  document.addEventListener('click', (event) => {
    const { target } = event;
    const inserting = target.closest('[data-insert]');
    if (inserting) return insert(JSON.parse(inserting.dataset.insert));
    const marking = target.closest('[data-mark]');
    if (marking) return toggleMark(marking.dataset.mark);
    const turning = target.closest('[data-turn]');
    if (turning && current?.trix) return current.trix.editor[turning.dataset.turn]();
    if (target.closest('[data-link-set]')) return setLink(document.querySelector('[data-link-row] input').value.trim());
    if (target.closest('[data-link-clear]')) return setLink('');
  });
  document.addEventListener('keydown', (event) => {
    if (!event.target.closest('[data-link-row]') || event.key !== 'Enter') return;
    event.preventDefault();
    setLink(event.target.value.trim());
  });

  // ---- Leaving with something unsaved -------------------------------------------------------------------------------

  const isDirty = () =>
    [...document.querySelectorAll('#editor-form [name="name"], #editor-form [data-editor]')].some(
      (field) => field.value !== field.defaultValue && !field.readOnly,
    );
  document.addEventListener('submit', (event) => {
    if (event.target.id === 'editor-form') saving = true;
  });
  addEventListener('beforeunload', (event) => {
    if (!saving && isDirty()) event.preventDefault();
  });

  const upgradeAll = () => {
    for (const tools of document.querySelectorAll('[data-editor-tools]')) tools.hidden = false;
    for (const area of document.querySelectorAll('textarea[data-editor]')) upgrade(area);
  };
  document.addEventListener('htmx:after:swap', () => {
    saving = false;
    upgradeAll();
  });
  customElements.whenDefined('trix-editor').then(upgradeAll);
})();
