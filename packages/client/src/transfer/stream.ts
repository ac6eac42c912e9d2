/** An object's bytes as a stream that goes on, after a broken connection, at the byte where it broke off. */
import { CLIENT_CODES, OssError } from '../types/error.js'
import type { DownloadOptions } from '../types/object.js'
import type { Checksum } from '../wire/checksum.js'
import { asOssError } from '../wire/failure.js'
import { bareEtag } from '../wire/object-headers.js'
import { getObject } from '../wire/objects.js'
import type { Requester } from '../wire/requester.js'
import { backOff, pause } from '../wire/retry.js'
import { objectChanged } from './object-changed.js'
import type { Throttle } from './throttle.js'

/**
 * Throws OssError: ObjectChanged where the object was replaced between two connections; ChecksumMismatch, after the last
 * byte, where the bytes of a whole object do not have its CRC-64.
 */
export async function* streamObject(
  environment: {
    readonly requester: Requester
    readonly checksum: () => Promise<Checksum>
    readonly throttle: Throttle
  },
  options: DownloadOptions & { readonly bucket: string },
): AsyncGenerator<Uint8Array> {
  const { requester, throttle } = environment
  const { range, verify = 'crc64', signal = new AbortController().signal } = options
  let position = range?.start ?? 0
  let end = range?.end
  let ifMatch = options.ifMatch === undefined || options.ifMatch === 'pin' ? undefined : bareEtag(options.ifMatch)
  let expected: string | undefined
  let checksum = 0n
  const { crc64 } = await environment.checksum()
  for (let attempt = 1; ; attempt += 1) {
    const isWhole = position === 0 && end === undefined
    const conditions = { ifMatch, ...(isWhole ? {} : { range: { start: position, end } }) }
    // a request has attempts of its own; those here are for bodies that break off
    const { response } = await getObject(requester, options, conditions, { signal }).catch((error: unknown) => {
      throw error instanceof OssError && error.status === 412 ? objectChanged(options.key) : error
    })
    try {
      ifMatch ??= bareEtag(response.header('etag')) || undefined
      if (verify === 'crc64' && range === undefined) expected ??= response.header('x-oss-hash-crc64ecma')
      end ??= position + Number(response.header('content-length') ?? Number.NaN)
      for await (const piece of response.body) {
        if (!throttle.isOpen) await throttle.take(piece.length, signal)
        position += piece.length
        attempt = 1
        if (expected !== undefined) checksum = crc64(piece, checksum)
        yield piece
      }
      if (Number.isNaN(end) || position >= end) return checkWhole(expected, checksum)
      throw new OssError({ code: CLIENT_CODES.network, message: 'The answer ended too early.', retryable: true })
    } catch (thrown) {
      signal.throwIfAborted()
      const error = asOssError(thrown)
      if (!error.retryable || attempt >= requester.retry.maxAttempts) throw error
      await pause(backOff(requester.retry, attempt + 1), signal)
    }
  }
}

function checkWhole(expected: string | undefined, found: bigint): void {
  if (expected === undefined || expected === String(found)) return
  throw new OssError({
    code: CLIENT_CODES.checksumMismatch,
    message: `The object's CRC-64 is ${expected}; the bytes that arrived have ${found}.`,
    hint: 'Discard what arrived, and read the object again.',
  })
}
