/** 32-bit FNV-1a of the bytes of an array, as eight hexadecimal digits. Tells arrays apart; no protection against intent. */
export function fnv1a(voxels: ArrayBufferView): string {
  const bytes = new Uint8Array(voxels.buffer, voxels.byteOffset, voxels.byteLength);
  let hash = 0x811c9dc5;
  for (let n = 0; n < bytes.length; n++) hash = Math.imul(hash ^ bytes[n], 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}
