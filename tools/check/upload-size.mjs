// The upload core of the client library, as a page loads it.

import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

/** Bytes, minified and compressed by gzip. */
export const UPLOAD_BYTES_MAX = 15 * 1024

/**
 * Bundles an entry as a page would. What it imports dynamically is a chunk of its own, which is not counted.
 * @param {string} entry  a file
 * @returns {Promise<{ bytes: number, modules: string[] }>} the bytes of the bundle, minified and compressed; what it imports of Node.js
 */
export async function measureUploadCore(entry) {
  const modules = []
  const { outputFiles } = await build({
    entryPoints: [entry],
    ...{ bundle: true, minify: true, write: false, format: 'esm', platform: 'browser', target: 'es2022' },
    logLevel: 'silent',
    plugins: [
      {
        name: 'chunks',
        setup({ onResolve }) {
          onResolve({ filter: /^node:/ }, ({ path }) => {
            modules.push(path)
            return { path, external: true }
          })
          onResolve({ filter: /./ }, ({ kind, path }) =>
            kind === 'dynamic-import' ? { path, external: true } : undefined,
          )
        },
      },
    ],
  })
  return { bytes: gzipSync(outputFiles[0].contents, { level: 9 }).length, modules }
}

/**
 * @param {string} entry
 * @param {number} bytesMax
 * @returns {Promise<string[]>} violations
 */
export async function checkUploadSize(entry, bytesMax = UPLOAD_BYTES_MAX) {
  const { bytes, modules } = await measureUploadCore(entry)
  return [
    ...modules.map((module) => `packages/client/src/upload.ts:1: pages cannot import ${module}`),
    ...(bytes > bytesMax
      ? [`packages/client/src/upload.ts:1: a page loads ${bytes} bytes of it, compressed; the most is ${bytesMax}`]
      : []),
  ]
}
