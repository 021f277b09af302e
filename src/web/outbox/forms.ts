import { z } from 'zod';
import { SETTLEMENTS } from '../../services/settleUncertain.ts';

/** Why a message is cancelled, and whether its step is done with. */
export const cancelForm = z.object({
  reason: z.string('form.required').trim().min(1, 'form.required').max(300, 'form.tooLong'),
  step: z.enum(['skip', 'again'], 'form.required').default('again'),
});

/** What became of an uncertain message. */
export const settleForm = z.object({ settlement: z.enum(SETTLEMENTS, 'form.required') });
