// Toasts: a line at the foot, with "Undo" for ten seconds where there is something to undo.
(() => {
  const SHOWN = 10_000;
  const csrf = () => JSON.parse(document.body.getAttribute('hx-headers:inherited') ?? '{}')['X-CSRF-Token'] ?? '';

  const dress = (line, undo, label) => {
    setTimeout(() => line.remove(), SHOWN);
    if (!undo) return;
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = label;
    button.addEventListener('click', async () => {
      button.disabled = true;
      const answer = await fetch(undo, { method: 'POST', headers: { 'X-CSRF-Token': csrf(), 'HX-Request': 'true' } });
      line.remove();
      if (answer.ok) location.reload();
    });
    line.append(button);
  };

  const show = ({ text, undo, undoLabel }) => {
    const line = document.createElement('div');
    line.className = 'toast-line';
    line.append(text);
    document.getElementById('toasts').append(line);
    dress(line, undo, undoLabel);
  };

  document.addEventListener('toast', (event) => show(event.detail));
  for (const line of document.querySelectorAll('#toasts .toast-line'))
    dress(line, line.dataset.undo, line.dataset.undoLabel);
})();
