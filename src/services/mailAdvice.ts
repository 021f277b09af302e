import { providerOf } from '../domain/mailProviders.ts';
import type { SmtpAccount } from '../mail/smtp.ts';
import type { SmtpError } from '../mail/smtpReply.ts';

type Account = Pick<SmtpAccount, 'host' | 'port' | 'security' | 'user'>;

/** One trouble of connecting or signing in: how it is told, and what to do. The first that fits counts. */
interface Trouble {
  fits: (error: SmtpError, account: Account) => boolean;
  todo: (account: Account) => string;
}

const PLACE = 'In Settings → Mail account';

/** The codes of Node and OpenSSL, and the server's own words, are in different fields by where it failed. */
const textOf = ({ code, originalCode, message, response }: SmtpError): string =>
  [code, originalCode, response, message].filter(Boolean).join(' ');
const says =
  (pattern: RegExp): Trouble['fits'] =>
  (error) =>
    pattern.test(textOf(error));

const signIn: Trouble[] = [
  {
    fits: says(/5\.7\.139|5\.7\.30|5\.7\.57|SmtpClientAuthentication|basic authentication/i),
    todo: () =>
      'Have an administrator of Microsoft 365 allow “Authenticated SMTP” for this mailbox; where Microsoft no longer takes passwords, use another provider for Dunwell.',
  },
  {
    fits: says(/5\.7\.9|app(lication)?[- ]specific password|app password/i),
    todo: () =>
      'Make an app password in the account’s security settings, and enter that one in Settings → Mail account.',
  },
  {
    fits: says(/Missing credentials/),
    todo: () => `${PLACE} enter the password, or set DUNWELL_SMTP_PASSWORD.`,
  },
  {
    fits: ({ responseCode = 0 }) => responseCode >= 400 && responseCode < 500,
    todo: () => 'Wait a while and check again: the server cannot look at passwords at the moment.',
  },
  {
    fits: says(/\b(530|538)\b|must issue a STARTTLS/i),
    todo: () => `${PLACE} choose STARTTLS under Security: the server takes no password without it.`,
  },
  {
    fits: () => true,
    todo: ({ host }) =>
      providerOf(host)?.appPassword
        ? 'Make an app password in the account’s security settings; in Settings → Mail account enter it, and the whole address as user name.'
        : `${PLACE} enter user name (mostly the whole address) and password again; with two-step sign-in the provider wants an app password.`,
  },
];

const encryption: Trouble[] = [
  {
    fits: says(/CERT_NOT_YET_VALID|not yet valid/i),
    todo: () => 'Set the clock of this machine: it shows a time before the certificate was made.',
  },
  {
    fits: says(/CERT_HAS_EXPIRED|has expired/i),
    todo: () => 'See whether this machine’s date is right; if so, tell the provider that the certificate has expired.',
  },
  {
    fits: says(/ALTNAME_INVALID|does not match certificate/i),
    todo: () => `${PLACE} enter the server’s name as the provider writes it: the certificate is for another name.`,
  },
  {
    fits: says(/SELF_SIGNED|UNABLE_TO_(VERIFY|GET_ISSUER)|self-signed|unable to (verify|get)/i),
    todo: () =>
      'For a server of your own start Dunwell with NODE_EXTRA_CA_CERTS=/path/to/its-authority.pem; for a provider’s find out who stands in between.',
  },
  {
    fits: says(/wrong.version.number|packet.length.too.long|ERR_SSL_WRONG/i),
    todo: () => `${PLACE} choose STARTTLS under Security: this port begins without encryption.`,
  },
  {
    fits: says(/unsupported.protocol|protocol.version|TLSV1_ALERT/i),
    todo: () => 'Ask the provider for a server with TLS 1.2 or newer; older encryption is not safe.',
  },
  {
    fits: () => true,
    todo: () =>
      `${PLACE} choose port 465 with TLS if the provider has it: here the server offers no encryption, or somebody on the way takes it out.`,
  },
];

const reaching: Trouble[] = [
  {
    fits: says(/ENOTFOUND|EAI_AGAIN|EDNS|queryA/),
    todo: () =>
      `${PLACE} see whether the name of the server is right; else look whether this machine can look names up.`,
  },
  {
    fits: says(/ECONNREFUSED/),
    todo: ({ port }) =>
      `${PLACE} see whether port ${port} is right; most providers use 587 with STARTTLS or 465 with TLS.`,
  },
  {
    // The server waits for the first word of TLS, while we wait for its greeting.
    fits: (error, { security }) => security !== 'tls' && /greeting never/i.test(textOf(error)),
    todo: ({ port }) =>
      `${PLACE} choose TLS under Security if the provider says TLS or SSL for port ${port}, as for 465.`,
  },
  {
    fits: ({ responseCode = 0 }) => responseCode >= 400 && responseCode < 500,
    todo: () => 'Wait a while and check again: the server is there, and takes nothing at the moment.',
  },
  {
    fits: ({ responseCode = 0 }) => responseCode >= 500,
    todo: () => 'Ask the provider why it refuses this machine, and show it the server’s words.',
  },
  {
    fits: () => true,
    todo: ({ port }) =>
      port === 25
        ? `${PLACE} choose port 587 or 465: most networks let nobody out on port 25.`
        : 'See whether a firewall keeps this machine from the mail server, and whether the network is there.',
  },
];

const BY_OBSTACLE: Readonly<Record<string, readonly Trouble[]>> = { sign_in: signIn, tls: encryption };

/** What to do about a mail server that could not be used; `obstacle` as `unavailable` of the mail ring names it. */
export function mailAdvice(error: SmtpError, account: Account, obstacle: string | undefined): string {
  const troubles = BY_OBSTACLE[obstacle ?? ''] ?? reaching;
  return troubles.find(({ fits }) => fits(error, account))?.todo(account) ?? '';
}
