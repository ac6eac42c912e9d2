/** An object's bytes as a stream that goes on, after a broken connection, at the byte where it broke off. */
import { CLIENT_CODES, OssError } from '../types/error.js'
import type { DownloadOptions } from '../types/object.js'
import { asOssError } from '../wire/failure.js'
import { getObject } from '../wire/objects.js'
import type { Requester } from '../wire/requester.js'
import { backOff, pause } from '../wire/retry.js'

const NEVER = new AbortController().signal

/** Throws OssError, ObjectChanged where the object was replaced between two connections. */
export async function* streamObject(
  requester: Requester,
  options: DownloadOptions & { readonly bucket: string },
): AsyncGenerator<Uint8Array> {
  const { range, signal = NEVER } = options
  let position = range?.start ?? 0
  let end = range?.end
  let ifMatch: string | undefined
  for (let attempt = 1; ; attempt += 1) {
    try {
      const isWhole = position === 0 && end === undefined
      const conditions = { ifMatch, ...(isWhole ? {} : { range: { start: position, end } }) }
      const { response } = await getObject(requester, options, conditions, { signal })
      ifMatch ??= response.header('etag')?.replace(/"/g, '')
      end ??= position + Number(response.header('content-length') ?? Number.NaN)
      for await (const piece of response.body) {
        position += piece.length
        attempt = 1
        yield piece
      }
      if (Number.isNaN(end) || position >= end) return
      throw new OssError({ code: CLIENT_CODES.network, message: 'The answer ended too early.', retryable: true })
    } catch (thrown) {
      signal.throwIfAborted()
      const error = asOssError(thrown)
      if (!error.retryable || attempt >= requester.retry.maxAttempts) throw error
      await pause(backOff(requester.retry, attempt + 1), signal)
    }
  }
}
