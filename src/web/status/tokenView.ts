import { formatMoment } from '../../i18n/format.ts';
import type { Visit } from '../visit.ts';

/** Whether there is a token, since when, and how a Prometheus is told to come here. `token` is one that was just made. */
export function tokenView(
  { since, token, baseUrl }: { since: string | null; token: string; baseUrl: string },
  { t, language, settings }: Pick<Visit, 't' | 'language' | 'settings'>,
): object {
  const when = since === null ? '' : formatMoment(since, settings.timeZone, language);
  return {
    token,
    hasToken: since !== null,
    tokenAbout: t('status.tokenText', { url: new URL('/metrics', baseUrl).href }),
    tokenState: since === null ? t('status.tokenNone') : t('status.tokenSince', { when }),
    scrapeConfig: scrapeConfig(new URL(baseUrl), token),
  };
}

/** What stands in prometheus.yml; a token that cannot be shown is read from a file there. */
export const scrapeConfig = ({ protocol, host }: URL, token: string): string =>
  [
    'scrape_configs:',
    '  - job_name: dunwell',
    `    scheme: ${protocol.replace(':', '')}`,
    '    authorization:',
    token ? `      credentials: ${token}` : '      credentials_file: /etc/prometheus/dunwell.token',
    '    static_configs:',
    `      - targets: ['${host}']`,
  ].join('\n');
