import { checkPassword } from '../../services/passwordHash.ts';
import type { Visit, Web } from '../visit.ts';
import { signedInBy } from './control.ts';
import { throttleOf } from './throttle.ts';

/**
 * What is wrong with the present password that a sensitive action asks for, by field; null when it is right. Who sits at
 * somebody else's open screen does not know it; guessing it there is as slow as at the door.
 */
export async function presentPasswordErrors(
  visit: Visit,
  web: Web,
  password: string,
): Promise<{ current: string } | null> {
  const { user } = signedInBy(visit);
  const throttle = throttleOf(web);
  const key = `current ${user.id}`;
  const wait = throttle.attempt(key);
  if (wait > 0) return { current: visit.t('access.wait', { count: wait }) };
  if (!(await checkPassword(user, password))) return { current: visit.t('access.notYourPassword') };
  throttle.passed(key);
  return null;
}
