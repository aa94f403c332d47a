/** What the first bytes say a file is when it is clearly not an ONNX model; null when it may well be one. */
export function notOnnx(head: Uint8Array, fileName: string): string | null {
  if (head.length === 0) return 'The file is empty.';
  const text = String.fromCharCode(...head.subarray(0, 8));
  if (text.startsWith('PK'))
    return 'This is a ZIP archive. A PyTorch checkpoint (.pt, .pth) is one; export the network with torch.onnx.export first.';
  if (text.startsWith('\x89HDF'))
    return 'This is an HDF5 file, as Keras writes it. Convert the network with tf2onnx first.';
  if (text.startsWith('\x1f\x8b'))
    return 'This file is compressed with gzip. Unpack it and choose the .onnx file inside.';
  if (head[0] === 0x80 && head[1] !== undefined && head[1] <= 5)
    return 'This is a Python pickle. Export the network with torch.onnx.export first.';
  if (text.startsWith('{') || text.startsWith('['))
    return 'This looks like JSON. The manifest belongs in the other field.';
  if (text.startsWith('<')) return 'This looks like an HTML or XML page, perhaps a failed download.';
  if (!fileName.toLowerCase().endsWith('.onnx'))
    return `The file is called “${fileName}”; expected a name that ends in .onnx.`;
  return null;
}

/** Hex SHA-256 of a file, to be compared with the receipt; null where the browser offers no hashing (plain HTTP beyond this machine). */
export async function sha256Of(file: Blob): Promise<string | null> {
  if (globalThis.crypto?.subtle === undefined) return null;
  const digest = await crypto.subtle.digest('SHA-256', await file.arrayBuffer());
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Dropped files by what they are. Only names are looked at; contents are checked afterwards. */
export interface SortedFiles<F> {
  readonly models: readonly F[];
  readonly manifest: F | null;
  /** Of a conformance case. */
  readonly images: readonly F[];
  readonly labels: F | null;
  readonly others: readonly F[];
}

const LABEL_WORDS = /label|seg|mask|expected|pred/i;

/**
 * Which of the dropped files is which: by the ending, and label maps among NIfTI files by the name that the manifest gives
 * (`conformance.expected`) or by a word in their own.
 */
export function sortFiles<F extends { readonly name: string }>(
  files: readonly F[],
  expectedName: string | undefined = undefined,
): SortedFiles<F> {
  const ending = (...endings: string[]) =>
    files.filter(({ name }) => endings.some((end) => name.toLowerCase().endsWith(end)));
  const models = ending('.onnx');
  const [manifest = null] = ending('.json');
  const volumes = ending('.nii', '.nii.gz');
  const labels =
    volumes.find(({ name }) => name === expectedName) ?? volumes.find(({ name }) => LABEL_WORDS.test(name)) ?? null;
  const images = volumes.filter((file) => file !== labels);
  const used = new Set([...models, manifest, ...volumes]);
  return { models, manifest, images, labels, others: files.filter((file) => !used.has(file)) };
}
