import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { extname, join, posix, relative, sep } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.wasm': 'application/wasm',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
};
const COMPRESSED = new Set(['.html', '.js', '.mjs', '.css', '.json', '.svg', '.txt', '.webmanifest', '.wasm', '.map']);
const WORTH_COMPRESSING = 1024;
const LOOK_EVERY_MS = 1_000;

export type Encoding = 'br' | 'gzip' | 'identity';

export interface WebFile {
  readonly content: Buffer;
  readonly headers: Readonly<Record<string, string>>;
  readonly etag: string;
}

/**
 * The built pages. Only files that were there when the folder was last read are ever served, by a name looked up in a
 * table: a path cannot lead out of the folder. Each is compressed once, when it is first asked for, and kept. The folder
 * is read again when its entry page has changed, so that pages can be built anew under a running server.
 */
export class WebFiles {
  private served = new Map<string, Promise<WebFile>>();
  private paths: ReadonlySet<string> = new Set();
  private readAt = 0;
  private entryVersion = '';

  private constructor(private readonly folder: string) {}

  static async open(folder: string): Promise<WebFiles> {
    const files = new WebFiles(folder);
    await files.refresh();
    return files;
  }

  /** Reads the folder when its entry page is another than before; looks at most once a second. */
  async refresh(): Promise<void> {
    if (performance.now() - this.readAt < LOOK_EVERY_MS && this.readAt > 0) return;
    this.readAt = performance.now();
    const entry = await stat(join(this.folder, 'index.html')).catch(absent);
    const version = entry === null ? '' : `${entry.mtimeMs} ${entry.ino}`;
    if (version === this.entryVersion) return;
    const found = await readdir(this.folder, { recursive: true, withFileTypes: true });
    const names = found
      .filter((one) => one.isFile())
      .map((one) => relative(this.folder, join(one.parentPath, one.name)));
    this.paths = new Set(entry === null ? [] : names.map((name) => `/${name.split(sep).join(posix.sep)}`));
    this.served = new Map();
    this.entryVersion = version;
  }

  get built(): boolean {
    return this.paths.has('/index.html');
  }

  /**
   * The file at an address; for one that no file has, the pages' entry, so that deep links work. Null for a missing asset
   * (something with an extension, or below /assets): a script that is not there must not become a page.
   */
  resolve(path: string): string | null {
    if (this.paths.has(path) && path !== '/index.html') return path;
    if (path.startsWith('/assets/') || (path !== '/index.html' && TYPES[extname(path)] !== undefined)) return null;
    return this.built ? '/index.html' : null;
  }

  get(name: string, acceptEncoding: string | undefined): Promise<WebFile> {
    const encoding = chooseEncoding(name, acceptEncoding);
    const key = `${encoding} ${name}`;
    let file = this.served.get(key);
    if (file === undefined) {
      file = this.load(name, encoding);
      this.served.set(key, file);
      file.catch(() => this.served.delete(key));
    }
    return file;
  }

  private async load(name: string, encoding: Encoding): Promise<WebFile> {
    const plain = await readFile(join(this.folder, ...name.split(posix.sep)));
    const etag = `"${createHash('sha256').update(plain).digest('base64url').slice(0, 22)}-${encoding}"`;
    const small = plain.length < WORTH_COMPRESSING;
    const content = small ? plain : await compress(plain, encoding);
    return {
      content,
      etag,
      headers: {
        'content-type': TYPES[extname(name)] ?? 'application/octet-stream',
        'cache-control': name.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
        'x-content-type-options': 'nosniff',
        vary: 'accept-encoding',
        etag,
        ...(small || encoding === 'identity' ? {} : { 'content-encoding': encoding }),
      },
    };
  }
}

function absent(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null;
  throw error;
}

/** Brotli, else gzip, where the client takes it (a weight of 0 means no) and the kind of file gains by it. */
export function chooseEncoding(name: string, acceptEncoding: string | undefined): Encoding {
  if (!COMPRESSED.has(extname(name))) return 'identity';
  const taken = new Set(
    (acceptEncoding ?? '')
      .toLowerCase()
      .split(',')
      .map((part) => part.trim().split(/\s*;\s*/))
      .filter(([, weight]) => weight === undefined || !/^q=0(?:\.0*)?$/.test(weight))
      .map(([coding]) => coding),
  );
  if (taken.has('br')) return 'br';
  return taken.has('gzip') ? 'gzip' : 'identity';
}

function compress(plain: Buffer, encoding: Encoding): Promise<Buffer> {
  if (encoding === 'br') {
    return promisify(brotliCompress)(plain, {
      params: { [constants.BROTLI_PARAM_QUALITY]: 6, [constants.BROTLI_PARAM_SIZE_HINT]: plain.length },
    });
  }
  return encoding === 'gzip' ? promisify(gzip)(plain, { level: 6 }) : Promise.resolve(plain);
}
