export { createPixelCodecs } from './pixel-codecs.js';
export type { CodecSettings } from './pixel-codecs.js';
export { createFrameEncoders, HTJ2K_LOSSLESS } from './frame-encoders.js';
export type { FrameEncoders, FrameFormat } from './frame-encoders.js';
export { writeJpeg } from './write-jpeg.js';
