/** Uploads what a ticket permits: no key, and no backend that signs. */
import type { RemoteSigner, SignedRequest, SignTarget } from '../types/client.js'
import { CLIENT_CODES, OssError } from '../types/error.js'
import type { UploadTicket } from '../types/ticket.js'
import type { UploadOptions, UploadSource, UploadTask } from '../types/upload.js'
import { createUploader } from '../upload.js'

/**
 * Uploads a source by a ticket. Used again with the same ticket, it goes on from what the server has. A source of another length fails
 * with SizeMismatch. @param options those of an upload that the ticket does not decide
 */
export function uploadByTicket(
  source: UploadSource,
  ticket: UploadTicket,
  options: Pick<UploadOptions, 'parallel' | 'retry' | 'signal' | 'label' | 'start' | 'bytesPerSecond'> = {},
): UploadTask {
  const { endpoint, bucket, key, size, multipart } = ticket
  const uploader = createUploader({ endpoint, bucket, auth: { signer: ticketSigner(ticket) }, checkpoints: false })
  const inParts =
    multipart === undefined
      ? { multipartThreshold: size + 1, resume: false }
      : { partSize: multipart.partSize, resume: { uploadId: multipart.uploadId } }
  return uploader.upload(source, { ...options, ...inParts, key, size })
}

/** Answers with what the ticket has. Throws OssError InvalidOption for requests that it does not permit. */
export function ticketSigner(ticket: UploadTicket): RemoteSigner {
  return async (targets) => targets.map((target) => signedBy(ticket, target))
}

function signedBy({ put, multipart, head, expiresAt }: UploadTicket, { op, query = {} }: SignTarget): SignedRequest {
  if (Date.now() > expiresAt) throw invalid('The ticket has expired.', 'Request another one.')
  const signed: Partial<Record<SignTarget['op'], SignedRequest | undefined>> = {
    PutObject: put,
    HeadObject: head,
    UploadPart: multipart?.parts[Number(query.partNumber) - 1],
    ListParts: multipart?.list,
    CompleteMultipartUpload: multipart?.complete,
    AbortMultipartUpload: multipart?.abort,
  }
  const found = signed[op]
  if (found !== undefined) return found
  throw invalid(`The ticket does not permit ${op}.`, 'Request one for this object and its size.')
}

function invalid(message: string, hint: string): OssError {
  return new OssError({ code: CLIENT_CODES.invalidOption, message, hint })
}
