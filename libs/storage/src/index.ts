export { openFilesystemStore } from './filesystem.js';
export { openS3Store, type S3Options } from './s3.js';
