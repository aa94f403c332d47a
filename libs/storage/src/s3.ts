import type { GetObjectCommandOutput, S3Client } from '@aws-sdk/client-s3';
import { createReadStream, createWriteStream } from 'node:fs';
import { rm, unlink } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { EngineUnavailable } from '#domain';
import { BlobMissing, type BlobStore } from '#evaluation';
import { blobKey, cutRange, digestOf } from './digest.js';
import { makeFolder, onDisk, receive, sweepIncoming } from './incoming.js';

export interface S3Options {
  readonly endpoint: string;
  /** Made if it is missing. */
  readonly bucket: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Start of all keys, for a bucket shared with others; empty or ending in a slash. */
  readonly prefix?: string;
  /** Folder on a local disk where uploads are hashed before they are sent. */
  readonly stagingDir: string;
}

/**
 * Blobs as objects of an S3 bucket under `ab/cdef…`. An upload is hashed into a local file first and sent under its final
 * key afterwards, in one piece or as a multipart upload: S3 shows an object when it is whole, and no earlier.
 * The bucket is made if it is missing. Nothing here depends on conditional writes, which not every server honours.
 *
 * @throws EngineUnavailable `blob-store-unavailable` when the server does not answer or refuses us
 */
export async function openS3Store(options: S3Options): Promise<BlobStore> {
  // loaded only here: the SDK is large, and nobody without S3 should pay for it
  const s3 = await import('@aws-sdk/client-s3');
  const { Upload } = await import('@aws-sdk/lib-storage');
  const client: S3Client = new s3.S3Client({
    endpoint: options.endpoint,
    region: options.region,
    credentials: { accessKeyId: options.accessKeyId, secretAccessKey: options.secretAccessKey },
    forcePathStyle: true, // the bucket in the path: understood by every server, Amazon's included
    maxAttempts: 4,
    requestHandler: { connectionTimeout: 5_000, socketTimeout: 30_000 },
    // checksums beyond the required ones are unknown to many servers
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
  const Bucket = options.bucket;
  const prefix = options.prefix ?? '';
  await makeFolder(options.stagingDir);
  await onDisk(() => sweepIncoming(options.stagingDir));
  try {
    await ensureBucket();
  } catch (error) {
    client.destroy();
    throw error;
  }

  async function ensureBucket(): Promise<void> {
    if (await found(() => client.send(new s3.HeadBucketCommand({ Bucket })))) return;
    try {
      await client.send(new s3.CreateBucketCommand({ Bucket }));
    } catch (error) {
      if (!['BucketAlreadyOwnedByYou', 'BucketAlreadyExists'].includes((error as Error).name)) throw unavailable(error); // another process was quicker
    }
  }

  const head: BlobStore['head'] = async (sha256) => {
    const Key = blobKey(prefix, sha256);
    const answer = await found(() => client.send(new s3.HeadObjectCommand({ Bucket, Key })));
    return answer === null ? null : { sha256, bytes: answer.ContentLength ?? 0 };
  };

  async function body(sha256: string, range: { start: number; end: number } | null): Promise<Readable> {
    const Key = blobKey(prefix, sha256);
    const Range = range === null ? undefined : `bytes=${range.start}-${range.end}`;
    const answer: GetObjectCommandOutput | null = await found(() =>
      client.send(new s3.GetObjectCommand({ Bucket, Key, Range })),
    );
    if (answer === null) throw new BlobMissing(sha256);
    if (!(answer.Body instanceof Readable))
      throw new EngineUnavailable('blob-store-unavailable', 'the blob store answered without a readable body');
    return answer.Body;
  }

  return {
    put: async (content, limits) => {
      const { path, sha256, bytes } = await receive(content, options.stagingDir, limits?.maxBytes);
      try {
        if ((await head(sha256))?.bytes === bytes) return { sha256, bytes };
        const upload = new Upload({
          client,
          params: {
            Bucket,
            Key: blobKey(prefix, sha256),
            Body: createReadStream(path),
            ContentType: 'application/octet-stream',
          },
          partSize: 8 * 1024 * 1024,
          queueSize: 2,
          leavePartsOnError: false,
        });
        await upload.done().catch((error: unknown) => {
          throw unavailable(error);
        });
        return { sha256, bytes };
      } finally {
        await onDisk(() => unlink(path));
      }
    },
    open: async (sha256, range) => {
      const known = await head(sha256);
      if (known === null) throw new BlobMissing(sha256);
      const cut = cutRange(known.bytes, range);
      return stream(() => body(sha256, range === undefined ? null : cut));
    },
    read: async (sha256) => {
      const parts: Uint8Array[] = [];
      for await (const part of stream(() => body(sha256, null))) parts.push(part);
      return Buffer.concat(parts);
    },
    head,
    copyTo: async (sha256, path) => {
      const source = await body(sha256, null);
      try {
        await pipeline(source, createWriteStream(path, { mode: 0o600 }));
      } catch (error) {
        await rm(path, { force: true });
        throw unavailable(error);
      }
    },
    delete: async (sha256) => {
      if ((await head(sha256)) === null) return false;
      await client
        .send(new s3.DeleteObjectCommand({ Bucket, Key: blobKey(prefix, sha256) }))
        .catch((error: unknown) => {
          throw unavailable(error);
        });
      return true;
    },
    list: async function* () {
      // the older call on purpose: it goes on after a key that we know, not after a token that means something to one server only
      let Marker: string | undefined;
      for (;;) {
        const page = await client
          .send(new s3.ListObjectsCommand({ Bucket, Prefix: prefix, Marker }))
          .catch((error: unknown) => {
            throw unavailable(error);
          });
        const keys = (page.Contents ?? []).map(({ Key = '' }) => Key);
        for (const key of keys) {
          const [folder, name, ...rest] = key.slice(prefix.length).split('/');
          const digest = rest.length === 0 ? digestOf(folder, name ?? '') : null;
          if (digest !== null) yield digest;
        }
        Marker = keys.at(-1);
        if (page.IsTruncated !== true || Marker === undefined) return;
      }
    },
    close: async () => client.destroy(),
  };
}

/** Asked for only when somebody reads; the connection is given up when he stops. */
async function* stream(open: () => Promise<Readable>): AsyncIterable<Uint8Array> {
  const source = await open();
  try {
    for await (const chunk of source) yield chunk as Uint8Array;
  } catch (error) {
    throw unavailable(error);
  } finally {
    source.destroy();
  }
}

/** An answer, or null for "there is no such thing". */
async function found<T>(ask: () => Promise<T>): Promise<T | null> {
  try {
    return await ask();
  } catch (error) {
    const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
    if (status === 404 || ['NoSuchKey', 'NotFound', 'NoSuchBucket'].includes((error as Error).name)) return null;
    throw unavailable(error);
  }
}

function unavailable(cause: unknown): EngineUnavailable | BlobMissing {
  if (cause instanceof EngineUnavailable || cause instanceof BlobMissing) return cause;
  const { name, message } = cause as Error;
  const late = name === 'TimeoutError' || /timed? ?out/i.test(message);
  return new EngineUnavailable(
    late ? 'blob-store-timeout' : 'blob-store-unavailable',
    `the blob store failed: ${name}: ${message}`,
    { cause },
  );
}
