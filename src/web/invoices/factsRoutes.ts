import type { Route } from '../visit.ts';
import { dispute, disputeLift, pause, promise, promiseEnd, resume } from './factsAnswers.ts';
import { credit, creditNote, creditNoteCancellation, payment, reversal, takeBack, writeOff } from './factsMoney.ts';
import { ask, choose, paid, undoPaid } from './factsPaid.ts';
import { opens } from './factsPanel.ts';
import { undoCredit, undoCreditNote, undoOf, undoPayment, undoWriteOff } from './factsUndo.ts';

/** What customers answer about an invoice, entered by hand: money, promises, disputes, pauses, write-offs. */
export const factRoutes: readonly Route[] = [
  { method: 'get', path: '/invoices/:id/payments/new', allow: 'colleague', run: opens('payment') },
  { method: 'post', path: '/invoices/:id/payments', allow: 'colleague', run: payment },
  { method: 'get', path: '/invoices/:id/payments/:record/reversal', allow: 'colleague', run: opens('reversal') },
  { method: 'post', path: '/invoices/:id/payments/:record/reversal', allow: 'colleague', run: reversal },
  { method: 'post', path: '/invoices/:id/payments/:record/undo', allow: 'colleague', run: undoPayment },

  { method: 'get', path: '/invoices/:id/promise/edit', allow: 'colleague', run: opens('promise') },
  { method: 'put', path: '/invoices/:id/promise', allow: 'colleague', run: promise },
  { method: 'delete', path: '/invoices/:id/promise', allow: 'colleague', run: promiseEnd },
  { method: 'post', path: '/invoices/:id/promise/:record/undo', allow: 'colleague', run: undoOf('promise', 'begun') },
  {
    method: 'post',
    path: '/invoices/:id/promise/:record/end/undo',
    allow: 'colleague',
    run: undoOf('promise', 'ended'),
  },

  { method: 'get', path: '/invoices/:id/dispute/edit', allow: 'colleague', run: opens('dispute') },
  { method: 'put', path: '/invoices/:id/dispute', allow: 'colleague', run: dispute },
  { method: 'delete', path: '/invoices/:id/dispute', allow: 'colleague', run: disputeLift },
  { method: 'post', path: '/invoices/:id/dispute/:record/undo', allow: 'colleague', run: undoOf('dispute', 'begun') },
  {
    method: 'post',
    path: '/invoices/:id/dispute/:record/end/undo',
    allow: 'colleague',
    run: undoOf('dispute', 'ended'),
  },

  { method: 'get', path: '/invoices/:id/pause/edit', allow: 'colleague', run: opens('pause') },
  { method: 'put', path: '/invoices/:id/pause', allow: 'colleague', run: pause },
  { method: 'delete', path: '/invoices/:id/pause', allow: 'colleague', run: resume },
  { method: 'post', path: '/invoices/:id/pause/:record/undo', allow: 'colleague', run: undoOf('pause', 'begun') },

  { method: 'get', path: '/invoices/:id/credit-notes/new', allow: 'colleague', run: opens('credit-note') },
  { method: 'post', path: '/invoices/:id/credit-notes', allow: 'colleague', run: creditNote },
  {
    method: 'get',
    path: '/invoices/:id/credit-notes/:record/cancellation',
    allow: 'colleague',
    run: opens('cancellation'),
  },
  { method: 'delete', path: '/invoices/:id/credit-notes/:record', allow: 'colleague', run: creditNoteCancellation },
  { method: 'post', path: '/invoices/:id/credit-notes/:record/undo', allow: 'colleague', run: undoCreditNote },
  { method: 'post', path: '/invoices/:id/credit', allow: 'colleague', run: credit },
  { method: 'post', path: '/invoices/:id/credit/:sources/undo', allow: 'colleague', run: undoCredit },

  { method: 'get', path: '/invoices/:id/write-off/edit', allow: 'owner', run: opens('write-off') },
  { method: 'put', path: '/invoices/:id/write-off', allow: 'owner', run: writeOff },
  { method: 'delete', path: '/invoices/:id/write-off', allow: 'owner', run: takeBack },
  { method: 'post', path: '/invoices/:id/write-off/undo', allow: 'owner', run: undoWriteOff },

  { method: 'post', path: '/invoices/paid/choice', allow: 'colleague', run: choose },
  { method: 'get', path: '/invoices/paid', allow: 'colleague', run: ask },
  { method: 'post', path: '/invoices/paid', allow: 'colleague', run: paid },
  { method: 'post', path: '/invoices/paid/:key/undo', allow: 'colleague', run: undoPaid },
];
