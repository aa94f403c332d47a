import { join } from 'node:path';
import react from '@vitejs/plugin-react';
import { defaultClientConditions, defineConfig } from 'vite';

/** Where the development server finds the API; the production build is served by the API itself. */
const API = process.env.VOXELMARK_API ?? 'http://127.0.0.1:4200';

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  resolve: {
    // `source` makes #imaging and its sisters resolve to their TypeScript sources.
    conditions: ['source', ...defaultClientConditions],
    alias: {
      xmlbuilder2: join(import.meta.dirname, 'src/viewer/no-xml.ts'),
      // the compiled decoders ask for them where they believe to be in Node
      fs: join(import.meta.dirname, 'src/datasets/no-node.ts'),
      path: join(import.meta.dirname, 'src/datasets/no-node.ts'),
    },
  },
  build: {
    outDir: '../../dist/web',
    emptyOutDir: true,
    target: 'es2022',
    // No data: URLs, so that a content security policy can name 'self' alone.
    assetsInlineLimit: 0,
    // The viewer's chunk is large and loaded only by the case page.
    chunkSizeWarningLimit: 5000,
  },
  // Module workers: the loader imports the same kernels as the page.
  worker: { format: 'es' },
  server: { host: '127.0.0.1', proxy: { '/api': { target: API, changeOrigin: false } } },
  preview: { host: '127.0.0.1' },
});
