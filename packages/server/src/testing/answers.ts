import type { LentBody, ServiceRequest, ServiceResponse } from '@bindery/service'
import type { LentBytes } from '@bindery/storage'

export const GET = 'GET / HTTP/1.1\r\nHost: h\r\n\r\n'
export const LOG = { requestId: 'TEST' }

/** A body in pieces, and the number of those that are lent. */
export function lender(
  pieces: readonly Uint8Array[],
  failure?: Error,
): { readonly body: LentBody; lent: () => number } {
  let count = 0
  const release = () => {
    count -= 1
  }
  async function* lend(): AsyncGenerator<LentBytes> {
    for (const bytes of pieces) {
      count += 1
      yield { bytes, release }
    }
    if (failure !== undefined) throw failure
  }
  const lent = lend()
  const close = async () => void (await lent.return(undefined))
  return { body: { [Symbol.asyncIterator]: () => lent, close }, lent: () => count }
}

/** A body in one piece, and whether it is lent. */
export function whole(bytes: Uint8Array): { readonly body: LentBody; lent: () => number } {
  const { body } = lender([bytes])
  let count = 0
  const release = () => {
    count -= 1
  }
  const takeWhole = () => {
    count += 1
    return { bytes, release }
  }
  return { body: { ...body, takeWhole }, lent: () => count }
}

export async function settled(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 5))
}

export const LARGE = Buffer.alloc(300_000, 'x')
export const piecesOf = (bytes: Buffer) => [bytes.subarray(0, 7), bytes.subarray(7, 100_000), bytes.subarray(100_000)]
export const lengthOf = (bytes: number): [string, string] => ['Content-Length', String(bytes)]

/** An answer by the path of its request: of each form that a service may return. */
export function answerOf({ target }: ServiceRequest): ServiceResponse {
  const of = (status: number, headers: [string, string][], body: ServiceResponse['body']) => ({
    status,
    headers,
    body,
    log: LOG,
  })
  switch (target) {
    case '/none':
      return of(204, [], undefined)
    case '/unchanged':
      return of(304, [['ETag', '"a"']], undefined)
    case '/no-length':
      return of(200, [], undefined)
    case '/dated':
      return of(404, [['Date', 'Mon, 05 Jan 2026 08:00:00 GMT'], lengthOf(1)], Buffer.from('a'))
    case '/bytes':
      return of(200, [['x-oss-meta-a', '\xe9'], lengthOf(3), ['Content-Disposition', 'a"\xff"']], Buffer.from('abc'))
    case '/bytes-without-length':
      return of(200, [], Buffer.from('abc'))
    case '/large':
      return of(200, [lengthOf(LARGE.length)], LARGE)
    case '/lent':
      return of(200, [lengthOf(3)], whole(Buffer.from('abc')).body)
    case '/lent-large':
      return of(200, [lengthOf(LARGE.length)], whole(LARGE).body)
    case '/pieces':
      return of(206, [lengthOf(LARGE.length)], lender(piecesOf(LARGE)).body)
    case '/chunks':
      return of(200, [], lender(piecesOf(LARGE)).body)
    case '/cut':
      return of(200, [lengthOf(LARGE.length)], lender([LARGE.subarray(0, 9)], new Error('damaged')).body)
    case '/split-header':
      return of(200, [['x-oss-meta-a', 'a\r\nb: c'], lengthOf(0)], undefined)
    default:
      return of(200, [['a b', 'c'], lengthOf(0)], undefined)
  }
}
