/** Tickets: files with which someone without a key goes on with an upload. */
import { type UploadTask, type UploadTicket, xhrTransport } from '@bindery/client/browser'
import { ticketSigner } from '@bindery/client/ticket'
import { createUploader } from '@bindery/client/upload'
import { aboutServer, currentSession, serverTime, signingKey } from '../wire/session.js'

const SETTINGS = {
  addressing: 'path',
  checkpoints: false,
  // the policy of the page runs files of the server alone, and the client starts its worker from text
  integrity: { worker: false },
} as const

/** When a ticket that is issued now ends, with the key of the session, in milliseconds since 1970. */
export function ticketEnd(): number {
  return currentSession.value?.expiresAt ?? serverTime()
}

/** A ticket for the rest of an upload that has begun. Throws OssError where the upload has more parts than a ticket. */
export async function ticketFor({ bucket, key, checkpoint }: UploadTask): Promise<UploadTicket> {
  if (checkpoint === undefined) throw new TypeError('the upload has not begun')
  const { uploadId, size, partSize } = checkpoint
  const { region } = await aboutServer()
  const { accessKeyId, accessKeySecret, securityToken } = await signingKey()
  const credentials = { accessKeyId, accessKeySecret, ...(securityToken === undefined ? {} : { securityToken }) }
  const { createClient } = await import('@bindery/client/browser')
  const client = createClient({ ...SETTINGS, endpoint: location.origin, region, auth: { credentials } })
  const expiresIn = Math.max(1, Math.floor((ticketEnd() - serverTime()) / 1000))
  return client.issueTicket({ bucket, key, size: size ?? 0, uploadId, partSize, expiresIn })
}

/** The ticket of an upload in parts that a text is; undefined where it is not one. */
export function ticketIn(text: string): UploadTicket | undefined {
  try {
    const ticket = JSON.parse(text) as UploadTicket
    return ticket.v === 1 && Array.isArray(ticket.multipart?.parts) ? ticket : undefined
  } catch {
    return undefined
  }
}

/** Goes on with the upload of a ticket, at the server of this page. */
export function uploadWith(ticket: UploadTicket, file: File): UploadTask {
  const { bucket, key, size, multipart } = ticket
  const auth = { signer: ticketSigner(ticket) }
  const transport = xhrTransport()
  const uploader = createUploader({ ...SETTINGS, endpoint: location.origin, bucket, auth, transport })
  const inParts = multipart && { partSize: multipart.partSize, resume: { uploadId: multipart.uploadId } }
  return uploader.upload(file, { key, size, multipartThreshold: 1, ...inParts })
}
