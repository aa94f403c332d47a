import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { constants, copyFile, mkdir, open, readdir, rm, statfs, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { RequestRefused } from '#domain';
import type { StoredBlob } from '#evaluation';
import { SETTINGS, type ApiSettings } from '../settings.js';
import { looksLikeOnnx, SNIFF_BYTES } from './onnx-sniff.js';
import { refusedUpload, tooLarge } from './submission-form.js';

/** An upload that is complete, hashed, and not yet anybody's. */
export interface Spooled extends StoredBlob {
  read(): AsyncIterable<Uint8Array>;
  copyTo(path: string): Promise<void>;
  remove(): Promise<void>;
}

/** One that lies in a file of its own. */
export interface SpooledFile extends Spooled {
  /** Where, until it is removed. */
  readonly path: string;
}

const ROOM_BYTES = 256 * 1024 * 1024;
/** At once, on the way in: on the spool, in the inspector's scratch folder, in the blob store. */
const COPIES = 3;

/**
 * Where uploads lie until it is clear that they are wanted. A model that is refused never reaches the blob store, so
 * nothing has to be taken out of it again. One folder a process; folders of processes that are gone are removed at start.
 */
@Injectable()
export class UploadSpool implements OnModuleInit {
  private readonly folder: string;

  constructor(@Inject(SETTINGS) private readonly settings: Pick<ApiSettings, 'spoolDir' | 'maxModelBytes'>) {
    this.folder = join(settings.spoolDir, String(process.pid));
  }

  async onModuleInit(): Promise<void> {
    await mkdir(this.settings.spoolDir, { recursive: true, mode: 0o700 });
    for (const name of await readdir(this.settings.spoolDir)) {
      const pid = Number(name);
      const leftover = Number.isInteger(pid) && (pid === process.pid || !isAlive(pid));
      if (leftover) await rm(join(this.settings.spoolDir, name), { recursive: true, force: true });
    }
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
  }

  /** @throws RequestRefused 507 `storage-full` when an upload of this size would not leave room */
  async checkRoom(declaredBytes: number): Promise<void> {
    const { bavail, bsize } = await statfs(this.settings.spoolDir);
    if (bavail * bsize < COPIES * declaredBytes + ROOM_BYTES) {
      throw new RequestRefused(
        507,
        'storage-full',
        'The server has no room for this upload at the moment. Tell the operator.',
      );
    }
  }

  /** Where another file may lie; whoever writes it removes it. */
  newPath(): string {
    return join(this.folder, `${randomUUID()}.part`);
  }

  /**
   * Writes a stream to disk, hashing on the way; on any fault nothing stays.
   *
   * @param what a model has to start like one
   * @param maxBytes a stream of more is refused
   * @throws RequestRefused 422 `conformance-file-empty`, `case-file-empty`, `model-empty` or `model-not-onnx`, 413 `upload-too-large`, 400 `upload-truncated`, 507 `storage-full`
   */
  async receive(content: AsyncIterable<Uint8Array>, what: 'model' | 'conformance' | 'case', maxBytes: number): Promise<SpooledFile> {
    const path = this.newPath();
    const file = await open(path, 'wx', 0o600);
    try {
      const hash = createHash('sha256');
      let bytes = 0;
      let start = Buffer.alloc(0);
      for await (const chunk of content) {
        if (what === 'model' && start.length < SNIFF_BYTES) {
          start = Buffer.concat([start, chunk.subarray(0, SNIFF_BYTES - start.length)]);
          if (start.length >= SNIFF_BYTES) checkStart(start);
        }
        bytes += chunk.length;
        if (bytes > maxBytes) throw what === 'model' ? tooLarge(this.settings.maxModelBytes) : tooLargeCase(what, maxBytes);
        hash.update(chunk);
        await writeAll(file, chunk);
      }
      if (bytes === 0)
        throw new RequestRefused(
          422,
          what === 'model' ? 'model-empty' : what === 'case' ? 'case-file-empty' : 'conformance-file-empty',
          `The ${what} file has 0 bytes.`,
          [{ path: what, message: 'empty' }],
        );
      if (what === 'model' && start.length < SNIFF_BYTES) checkStart(start);
      await file.close();
      return {
        sha256: hash.digest('hex'),
        bytes,
        path,
        read: () => createReadStream(path),
        copyTo: (target) => copyFile(path, target, constants.COPYFILE_FICLONE),
        remove: () => rm(path, { force: true }),
      };
    } catch (error) {
      await file.close();
      await rm(path, { force: true });
      throw isNoSpace(error)
        ? new RequestRefused(
            507,
            'storage-full',
            'The server ran out of room during this upload. Tell the operator.',
            [],
            { cause: error },
          )
        : refusedUpload(error);
    }
  }
}

/** One call may write less than it was given. */
async function writeAll(file: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let written = 0; written < chunk.byteLength;) {
    const { bytesWritten } = await file.write(chunk, written);
    written += bytesWritten;
  }
}

function tooLargeCase(what: 'conformance' | 'case', maxBytes: number): RequestRefused {
  return new RequestRefused(
    413,
    'upload-too-large',
    `A file of the ${what === 'case' ? 'case' : 'conformance case'} may have ${Math.floor(maxBytes / 1024 / 1024)} MiB at most.`,
  );
}

function checkStart(start: Uint8Array): void {
  if (looksLikeOnnx(start)) return;
  throw new RequestRefused(
    422,
    'model-not-onnx',
    'The file does not start like an ONNX model. Export one self-contained .onnx file and send that.',
    [{ path: 'model', message: 'not an ONNX model' }],
  );
}

function isNoSpace(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOSPC' || code === 'EDQUOT';
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
