import { createHash } from 'node:crypto';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import type { RequestHandler } from 'express';
import { readResource } from '../resources.ts';

/** Files for the browser: ours from public/, the libraries' as their packages ship them. */
const SOURCES: Record<string, string[]> = {
  'tabler.css': ['node_modules/@tabler/core/dist/css/tabler.min.css'],
  'app.css': [
    'tokens',
    'frame',
    'list',
    'panel',
    'form',
    'timeline',
    'editor',
    'calendar',
    'access',
    'customers',
    'plans',
    'held',
    'bulk',
    'todo',
    'facts',
    'sending',
    'status',
  ].map((name) => `public/css/${name}.css`),
  'trix.css': ['node_modules/trix/dist/trix.css'],
  'tabler.js': ['node_modules/@tabler/core/dist/js/tabler.min.js'],
  'htmx.js': ['node_modules/htmx.org/dist/htmx.min.js'],
  'trix.js': ['node_modules/trix/dist/trix.umd.min.js'],
  'theme.js': ['public/js/theme.js'],
  'app.js': ['toast', 'panel', 'keys', 'selection', 'menu', 'bulk', 'todo', 'facts', 'sending', 'status'].map(
    (name) => `public/js/${name}.js`,
  ),
  'editor.js': ['public/js/editor.js'],
  'favicon.svg': ['public/icons/favicon.svg'],
};

/** All files that they are made of, for the binary to carry. */
export const ASSET_FILES: readonly string[] = Object.values(SOURCES).flat();

const TYPES: Record<string, string> = {
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
};

interface Asset {
  type: string;
  body: Buffer;
  encoded: Map<string, Buffer>;
}

const byUrl = new Map<string, Asset>();

/** Addresses by name. The hash of the content is in the name, so a browser may keep the file for ever. */
export const ASSETS: Record<string, string> = Object.fromEntries(
  Object.entries(SOURCES).map(([name, files]) => {
    const body = Buffer.concat(files.map(contentOf));
    const [stem = '', extension = ''] = name.split('.');
    const hash = createHash('sha256').update(body).digest('hex').slice(0, 10);
    const url = `/assets/${stem}.${hash}.${extension}`;
    byUrl.set(url, { type: TYPES[extension] ?? 'application/octet-stream', body, encoded: new Map() });
    return [name, url];
  }),
);

function contentOf(file: string): Buffer {
  const content = readResource(file);
  if (!content) throw new Error(`${file} is missing`);
  // A source map is another file, which is not served.
  return Buffer.from(`${content.toString('utf8').replace(/\/[*/]# sourceMappingURL=.*$/gm, '')}\n`);
}

/** Serves them compressed once and for all. */
export const serveAssets: RequestHandler = (request, response, next) => {
  const asset = byUrl.get(request.path);
  if (!asset) return next();
  const encoding = request.acceptsEncodings('br', 'gzip', 'identity') || 'identity';
  response.set({
    'Content-Type': asset.type,
    'Cache-Control': 'public, max-age=31536000, immutable',
    Vary: 'Accept-Encoding',
  });
  if (encoding === 'identity') return void response.send(asset.body);
  response.set('Content-Encoding', encoding).send(encode(asset, encoding));
};

function encode({ body, encoded }: Asset, encoding: string): Buffer {
  const known = encoded.get(encoding);
  if (known) return known;
  const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 6 } };
  const result = encoding === 'br' ? brotliCompressSync(body, quality) : gzipSync(body);
  encoded.set(encoding, result);
  return result;
}
