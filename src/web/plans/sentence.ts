import type { RecapPlan, Step } from '../../domain/plan.ts';
import type { Translate } from '../../i18n/translate.ts';

/** A piece of a sentence: plain, strong or emphasised. */
export interface Part {
  text: string;
  tag: '' | 'strong' | 'em';
}

/** What the owner wrote may hold asterisks; they are no marks of ours. */
const SHIELD = '\ue000';
const shield = (text: string): string => text.replaceAll('*', SHIELD);

/** Splits words in which `**…**` is strong and `*…*` emphasised. */
export function partsOf(text: string): Part[] {
  return text
    .split(/(\*\*[^*]+\*\*|\*[^*]+\*)/)
    .filter(Boolean)
    .map((piece) => {
      const tag = piece.startsWith('**') ? 'strong' : piece.startsWith('*') ? 'em' : '';
      return { text: piece.replaceAll('*', '').replaceAll(SHIELD, '*'), tag };
    });
}

/** "**3 days before** the due date, send the e-mail **Soon due** *automatically*": a step as the owner reads it. */
export function stepSentence(step: Step, template: string | null, t: Translate): Part[] {
  const when = whenOf(step, t);
  const name = shield(template ?? t('plans.noTemplate'));
  const what = {
    email: () => t('plans.doEmail', { when, template: name }),
    email_approval: () => t('plans.doApproval', { when, template: name }),
    letter: () => t('plans.doLetter', { when, template: name }),
    call: () => t('plans.doCall', { when }),
  }[step.action]();
  const asks = step.deadlineDays === null ? what : t('plans.doDeadline', { what, count: step.deadlineDays });
  return partsOf(asks);
}

function whenOf({ trigger }: Pick<Step, 'trigger'>, t: Translate): string {
  const { from, days, monthEnd } = trigger;
  const count = Math.abs(days);
  const when = (): string => {
    if (from === 'previous') return t('plans.whenPrevious', { count });
    if (from === 'issue') return count === 0 ? t('plans.whenOnIssue') : t('plans.whenIssue', { count });
    if (count === 0) return t('plans.whenOnDue');
    return days < 0 ? t('plans.whenBefore', { count }) : t('plans.whenAfter', { count });
  };
  return monthEnd ? t('plans.whenMonthEnd', { when: when() }) : when();
}

/** The same in as few words as fit under a point of a drawing. */
export function shortWhen({ trigger }: Pick<Step, 'trigger'>, t: Translate): string {
  const { from, days, monthEnd } = trigger;
  const count = Math.abs(days);
  if (monthEnd) return t('plans.shortMonthEnd');
  if (from === 'previous') return t('plans.shortPrevious', { count });
  if (from === 'issue') return t('plans.shortIssue', { count });
  if (count === 0) return t('plans.shortOnDue');
  return days < 0 ? t('plans.shortBefore', { count }) : t('plans.shortAfter', { count });
}

/** "every 2 weeks" */
export function periodWords({ every: { n, unit } }: Pick<RecapPlan, 'every'>, t: Translate): string {
  const count = n;
  if (unit === 'day') return t('plans.everyDay', { count });
  return unit === 'week' ? t('plans.everyWeek', { count }) : t('plans.everyMonth', { count });
}
