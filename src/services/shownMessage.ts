import { withPicture } from '../mail/payment.ts';

/** A message's HTML as a screen shows it: the payment code's picture, which travels beside the message, is written into it. */
export const shownMessage = ({ html, paymentCode }: { html: string; paymentCode: string }): Promise<string> =>
  withPicture(html, paymentCode);
