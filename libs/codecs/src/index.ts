export { createPixelCodecs } from './pixel-codecs.js';
export type { CodecSettings } from './pixel-codecs.js';
