/** Signs in advance what another party may upload. */
import { partSizeFor, planParts, S3_PART_BYTES } from '../transfer/plan.js'
import { MULTIPART_THRESHOLD } from '../transfer/upload.js'
import type { SignedRequest } from '../types/client.js'
import { CLIENT_CODES, OssError } from '../types/error.js'
import type { PresignedMultipart, PresignMultipartOptions, TicketOptions, UploadTicket } from '../types/ticket.js'
import type { Call } from '../wire/call.js'
import { initiate } from '../wire/multipart.js'
import { completionHeaders, objectHeaders } from '../wire/object-headers.js'
import type { Requester } from '../wire/requester.js'

const EXPIRES_SECONDS = 3_600
/** A ticket lists its parts on one page of ListParts. */
const TICKET_PARTS_MAX = 1_000

/** Initiates an upload and signs the requests that it needs. Throws OssError. */
export async function presignMultipart(
  requester: Requester,
  options: PresignMultipartOptions & { readonly bucket: string },
): Promise<PresignedMultipart> {
  const { bucket, key, parts, expiresIn = EXPIRES_SECONDS } = options
  if (!Number.isSafeInteger(parts) || parts < 1 || parts > 10_000)
    throw invalid(`An upload has 1 to 10000 parts, not ${parts}.`)
  const uploadId = await initiate(requester, { bucket, key, options })
  const url = (method: Call['method'], query: Record<string, string>) =>
    requester.presign({ op: '', method, bucket, key, query: { ...query, uploadId } }, expiresIn)
  return {
    uploadId,
    parts: await Promise.all(
      Array.from({ length: parts }, (_, index) => url('PUT', { partNumber: String(index + 1) })),
    ),
    complete: await url('POST', {}),
    abort: await url('DELETE', {}),
  }
}

/** Signs a ticket, and for a large object initiates its upload unless it continues one. Throws OssError InvalidOption. */
export async function issueTicket(
  requester: Requester,
  options: TicketOptions & { readonly bucket: string },
): Promise<UploadTicket> {
  const { bucket, key, size, expiresIn = EXPIRES_SECONDS, multipartThreshold = MULTIPART_THRESHOLD } = options
  const sign = async (call: Omit<Call, 'op' | 'bucket' | 'key'>): Promise<SignedRequest> => {
    const url = await requester.presign({ ...call, op: '', bucket, key }, expiresIn)
    const { 'content-length': _length, ...headers } = call.headers ?? {}
    return Object.keys(headers).length === 0 ? { url } : { url, headers }
  }
  const ticket = { v: 1 as const, endpoint: requester.address.endpoint, bucket, key, size }
  const common = { ...ticket, expiresAt: Date.now() + expiresIn * 1000, head: await sign({ method: 'HEAD' }) }
  if (options.uploadId === undefined && size < Math.max(1, multipartThreshold)) {
    return { ...common, put: await sign({ method: 'PUT', ...sized(size, objectHeaders(options)) }) }
  }
  const least = requester.dialect === 's3' ? S3_PART_BYTES : undefined
  const partSize = partSizeFor(size, options.partSize ?? 'auto', { least })
  const planned = planParts(size, partSize)
  if (planned.length > TICKET_PARTS_MAX) {
    throw invalid(
      `A ticket has at most ${TICKET_PARTS_MAX} parts; ${size} bytes need ${planned.length} of ${partSize}.`,
    )
  }
  const uploadId = options.uploadId ?? (await initiate(requester, { bucket, key, options }))
  const part = ({ partNumber, size: bytes }: { readonly partNumber: number; readonly size: number }) =>
    sign({ method: 'PUT', query: { partNumber: String(partNumber), uploadId }, ...sized(bytes, {}) })
  const headers = completionHeaders(options)
  const listing = { uploadId, 'part-number-marker': '0', 'max-parts': String(TICKET_PARTS_MAX) }
  const multipart = {
    ...{ uploadId, partSize },
    parts: await Promise.all(planned.map(part)),
    list: await sign({ method: 'GET', query: listing }),
    complete: await sign({
      method: 'POST',
      query: { uploadId },
      headers: { ...headers, 'content-type': 'application/xml' },
    }),
    abort: await sign({ method: 'DELETE', query: { uploadId } }),
  }
  return { ...common, multipart }
}

/** The length of a body is signed, so that the server refuses any other. */
function sized(bytes: number, headers: Record<string, string>): Pick<Call, 'headers' | 'signedHeaders'> {
  return { headers: { ...headers, 'content-length': String(bytes) }, signedHeaders: ['content-length'] }
}

function invalid(message: string): OssError {
  return new OssError({ code: CLIENT_CODES.invalidOption, message })
}
