/**
 * Objects whose bucket is named in the path have the origin of the console and of all other buckets. What a browser would
 * run there is kept apart: pages get an origin of their own, and no script becomes a service worker.
 */
import { type Operation, OssError } from '@bindery/protocol'
import type { Call } from '../call.js'
import type { Head } from '../find-named.js'

/** Types that a browser shows without running anything in them. */
const PASSIVE = /^(?:image\/(?!svg)|video\/|audio\/|font\/|text\/plain|application\/(?:pdf|json|zip|octet-stream))/i

/** Gives a page that a browser opens an origin of its own. Browsers request a page by their Accept; SDKs do not. */
export function isolate({ style, exchange }: Call<Operation>, headers: (readonly [string, string])[]): void {
  if (style !== 'path' || exchange.request.headers.accept?.includes('text/html') !== true) return
  const type = headers.find(([name]) => name === 'Content-Type')?.[1] ?? ''
  if (!PASSIVE.test(type)) headers.push(['Content-Security-Policy', 'sandbox'])
}

/** Throws serviceWorkerRefused for the script of a service worker, which would answer for the whole origin. */
export function refuseWorker({ style, exchange }: Head): void {
  if (style === 'path' && exchange.request.headers['service-worker'] !== undefined) {
    throw new OssError('serviceWorkerRefused')
  }
}
