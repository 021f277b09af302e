import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';

/** Postfix and Dovecot of one's own: mail goes in by SMTP, and every mailbox can be read by IMAP. */
export interface MailServer {
  smtpPort: number;
  imapPort: number;
  /** The password of every mailbox. */
  password: string;
  stop(): Promise<void>;
}

const NEEDED = ['/usr/sbin/postfix', '/usr/sbin/postconf', '/usr/sbin/dovecot'];
/** Mail is read and written as a user without rights. */
const MAIL_USER = 'mail';
const PASSWORD = 'drill';

/** Why the drill cannot be made on this machine, or null. */
export function whyNot(): string | null {
  if (userInfo().uid !== 0) return 'Postfix and Dovecot start as root only';
  const missing = NEEDED.filter((file) => !existsSync(file));
  return missing.length
    ? `${missing.join(', ')} missing: apt-get install --no-install-recommends postfix dovecot-imapd dovecot-lmtpd`
    : null;
}

/**
 * Starts both on free loopback ports, over a folder of their own that is removed at the end; the machine's own
 * configuration is neither read nor changed. Recipients that begin with `nobody` are refused for good, those that begin
 * with `grey` are put off the first time, everybody else has a mailbox.
 */
export async function startMailServer(): Promise<MailServer> {
  const folder = mkdtempSync(path.join(tmpdir(), 'dunwell-mta-'));
  chmodSync(folder, 0o755);
  const [smtpPort = 0, imapPort = 0, lmtpPort = 0] = await freePorts(3);
  const dovecot = startDovecot(folder, imapPort, lmtpPort);
  const postfixConfig = await writePostfix(folder, smtpPort, lmtpPort);
  execFileSync('/usr/sbin/postfix', ['-c', postfixConfig, 'start'], { stdio: 'ignore' });
  await Promise.all([smtpPort, imapPort].map(answers));
  return {
    smtpPort,
    imapPort,
    password: PASSWORD,
    async stop() {
      execFileSync('/usr/sbin/postfix', ['-c', postfixConfig, 'stop'], { stdio: 'ignore' });
      dovecot.kill('SIGTERM');
      if (dovecot.exitCode === null) await once(dovecot, 'exit');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function startDovecot(folder: string, imapPort: number, lmtpPort: number): ReturnType<typeof spawn> {
  const home = path.join(folder, 'dovecot');
  const mail = path.join(folder, 'mail');
  for (const one of [home, mail]) mkdirSync(one);
  const [uid, gid] = ['-u', '-g'].map((flag) => Number(execFileSync('id', [flag, MAIL_USER], { encoding: 'utf8' })));
  chownSync(mail, uid ?? 0, gid ?? 0);
  const listener = (name: string, port: number): string =>
    `inet_listener ${name} {\n    address = 127.0.0.1\n    port = ${port}\n  }`;
  const file = path.join(home, 'dovecot.conf');
  writeFileSync(
    file,
    `base_dir = ${home}/run
state_dir = ${home}/state
log_path = ${home}/log
protocols = imap lmtp
ssl = no
disable_plaintext_auth = no
first_valid_uid = 1
mail_location = maildir:${mail}/%u
passdb {
  driver = static
  args = password=${PASSWORD}
}
userdb {
  driver = static
  args = uid=${uid} gid=${gid} home=${mail}/%u allow_all_users=yes
}
service imap-login {
  ${listener('imap', imapPort)}
  ${listener('imaps', 0)}
}
service lmtp {
  ${listener('lmtp', lmtpPort)}
}
`,
  );
  return spawn('/usr/sbin/dovecot', ['-F', '-c', file], { stdio: 'ignore' });
}

async function writePostfix(folder: string, smtpPort: number, lmtpPort: number): Promise<string> {
  const config = path.join(folder, 'postfix');
  for (const name of ['postfix', 'spool', 'data']) mkdirSync(path.join(folder, name));
  chownSync(path.join(folder, 'data'), Number(execFileSync('id', ['-u', 'postfix'], { encoding: 'utf8' })), 0);
  const recipients = path.join(config, 'recipients');
  writeFileSync(
    recipients,
    '/^nobody/ 550 5.1.1 no such mailbox here\n/^grey/ 450 4.2.0 greylisted, come back later\n',
  );
  writeFileSync(
    path.join(config, 'main.cf'),
    `compatibility_level = 3.6
queue_directory = ${folder}/spool
data_directory = ${folder}/data
maillog_file = ${folder}/postfix.log
maillog_file_prefixes = ${folder}
mail_owner = postfix
setgid_group = postdrop
myhostname = mx.drill.example
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
virtual_mailbox_domains = customer.example
virtual_mailbox_maps = static:ok
virtual_transport = lmtp:inet:127.0.0.1:${lmtpPort}
smtpd_recipient_restrictions = check_recipient_access regexp:${recipients}, permit_mynetworks, reject
smtpd_relay_restrictions = permit_mynetworks, reject
message_size_limit = 52428800
`,
  );
  const master = execFileSync('/usr/sbin/postconf', ['-d', '-h', 'daemon_directory'], { encoding: 'utf8' }).trim();
  if (!existsSync(path.join(master, 'master'))) throw new Error(`${master} has no master`);
  writeFileSync(path.join(config, 'master.cf'), masterOf(smtpPort));
  appendFileSync(path.join(folder, 'postfix.log'), '');
  execFileSync('/usr/sbin/postfix', ['-c', config, 'check'], { stdio: 'ignore' });
  return config;
}

const masterOf = (smtpPort: number): string =>
  [
    `127.0.0.1:${smtpPort} inet n - n - - smtpd`,
    'postlog unix-dgram n - n - 1 postlogd',
    'pickup unix n - n 60 1 pickup',
    'cleanup unix n - n - 0 cleanup',
    'qmgr unix n - n 300 1 qmgr',
    'rewrite unix - - n - - trivial-rewrite',
    'bounce unix - - n - 0 bounce',
    'defer unix - - n - 0 bounce',
    'trace unix - - n - 0 bounce',
    'verify unix - - n - 1 verify',
    'flush unix n - n 1000? 0 flush',
    'proxymap unix - - n - - proxymap',
    'lmtp unix - - n - - lmtp',
    'error unix - - n - - error',
    'retry unix - - n - - error',
    'anvil unix - - n - 1 anvil',
    'scache unix - - n - 1 scache',
    '',
  ].join('\n');

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

async function answers(port: number): Promise<void> {
  const { connect } = await import('node:net');
  for (let tries = 0; tries < 100; tries++) {
    const socket = connect(port, '127.0.0.1');
    const heard = await Promise.race([
      once(socket, 'data').then(() => true),
      once(socket, 'error').then(() => false),
      setTimeout(2000, false),
    ]).catch(() => false);
    socket.destroy();
    if (heard) return;
    await setTimeout(100);
  }
  throw new Error(`nothing answers on port ${port}`);
}
