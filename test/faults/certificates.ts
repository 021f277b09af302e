import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

export interface Certificate {
  key: string;
  cert: string;
}

/** The certificates of good and bad mail servers, and the authority that the product is told to trust. */
export interface Certificates {
  authority: string;
  good: Certificate;
  selfSigned: Certificate;
  expired: Certificate;
  wrongName: Certificate;
}

export const hasOpenssl = spawnSync('openssl', ['version']).status === 0;

/** Makes them in a folder, for a server that is reached as 127.0.0.2. */
export function makeCertificates(folder: string): Certificates {
  const at = (name: string): string => path.join(folder, name);
  const openssl = (...args: string[]): void => void execFileSync('openssl', args, { stdio: 'pipe' });
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout'];
  openssl('req', '-x509', ...newKey, at('ca.key'), '-out', at('ca.pem'), '-days', '30', '-subj', '/CN=Test authority');
  const signed = (name: string, altNames: string, dates: string[]): Certificate => {
    openssl('req', ...newKey, at(`${name}.key`), '-out', at(`${name}.csr`), '-subj', `/CN=${name}`);
    writeFileSync(at(`${name}.ext`), `subjectAltName=${altNames}\n`);
    const names = ['-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-CAcreateserial', '-extfile', at(`${name}.ext`)];
    openssl('x509', '-req', '-in', at(`${name}.csr`), ...names, '-out', at(`${name}.pem`), ...dates);
    return pair(name);
  };
  const pair = (name: string): Certificate => ({
    key: readFileSync(at(`${name}.key`), 'utf8'),
    cert: readFileSync(at(`${name}.pem`), 'utf8'),
  });
  const itself = ['-subj', '/CN=self', '-addext', 'subjectAltName=IP:127.0.0.2'];
  openssl('req', '-x509', ...newKey, at('self.key'), '-out', at('self.pem'), '-days', '30', ...itself);
  return {
    authority: at('ca.pem'),
    good: signed('good', 'IP:127.0.0.2', ['-days', '30']),
    expired: signed('expired', 'IP:127.0.0.2', ['-days', '-1']),
    wrongName: signed('wrong', 'DNS:mail.elsewhere.test', ['-days', '30']),
    selfSigned: pair('self'),
  };
}
