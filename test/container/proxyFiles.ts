import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const folderOfFiles = path.join(import.meta.dirname, '..', '..', 'docs', 'self-hosting');
export const NAME = 'dunwell.example';

/** Where a proxy and its Dunwell are, on this machine. */
export interface Place {
  folder: string;
  /** Ports: of Dunwell, and of the proxy for HTTP and for HTTPS. */
  own: number;
  http: number;
  https: number;
}

/** The files for Caddy and nginx, with other ports and a certificate of our own, and how they are checked and started. */
export const PROXIES = {
  nginx: (place: Place): [string, string[], string[]] => {
    const { folder } = place;
    const site = adapted('nginx.conf', place)
      .replaceAll('listen 80;', `listen 127.0.0.1:${place.http};`)
      .replaceAll('listen 443 ssl;', `listen 127.0.0.1:${place.https} ssl;`)
      .replaceAll(/^ *listen \[::\].*\n/gm, '')
      .replaceAll(/\/etc\/letsencrypt\S+\/(\w+)\.pem/g, `${folder}/$1.pem`);
    const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
      (name) => `${name}_temp_path ${folder}/${name};`,
    );
    const frame = `user root; daemon off; pid ${folder}/pid; error_log ${folder}/error.log; events {} http { access_log off; ${paths.join(' ')}`;
    writeFileSync(path.join(folder, 'nginx.conf'), `${frame}\n${site}\n}\n`);
    const args = ['-e', path.join(folder, 'error.log'), '-c', path.join(folder, 'nginx.conf')];
    return ['nginx', [...args, '-t'], args];
  },
  caddy: (place: Place): [string, string[], string[]] => {
    const { folder } = place;
    const site = adapted('Caddyfile', place)
      .replace(
        `\n${NAME} {`,
        `\n${NAME}:${place.https} {\n\tbind 127.0.0.1\n\ttls ${folder}/fullchain.pem ${folder}/privkey.pem`,
      )
      .replace(
        /^/,
        `{\n\tadmin off\n\thttp_port ${place.http}\n\thttps_port ${place.https}\n\tauto_https disable_certs\n}\n`,
      );
    const file = path.join(folder, 'Caddyfile');
    writeFileSync(file, site);
    const args = ['--config', file, '--adapter', 'caddyfile'];
    return ['caddy', ['validate', ...args], ['run', ...args]];
  },
};

const adapted = (file: string, { own }: Place): string =>
  readFileSync(path.join(folderOfFiles, file), 'utf8').replaceAll('127.0.0.1:3000', `127.0.0.1:${own}`);

/** A certificate for the name of the examples, signed by itself. */
export function makeCertificate(folder: string): void {
  const files = ['-keyout', path.join(folder, 'privkey.pem'), '-out', path.join(folder, 'fullchain.pem')];
  const name = ['-subj', `/CN=${NAME}`, '-addext', `subjectAltName=DNS:${NAME}`];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...name, ...files], {
    stdio: 'pipe',
  });
}
