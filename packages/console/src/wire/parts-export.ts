import { listParts, type StoredPart, type UploadName } from './uploads.js'

/** All parts of an upload, by their numbers. Throws ServerError. */
export async function allParts(name: UploadName): Promise<readonly StoredPart[]> {
  const parts: StoredPart[] = []
  let position: Readonly<Record<string, string>> | undefined = {}
  while (position !== undefined) {
    const page: Awaited<ReturnType<typeof listParts>> = await listParts(name, position)
    parts.push(...page.rows)
    position = page.next
  }
  return parts
}

/** The body of the CompleteMultipartUpload that makes an object of parts. */
export function completionOf(parts: readonly StoredPart[]): string {
  const lines = parts.map(
    ({ partNumber, etag }) => `  <Part><PartNumber>${partNumber}</PartNumber><ETag>"${etag}"</ETag></Part>`,
  )
  return ['<CompleteMultipartUpload>', ...lines, '</CompleteMultipartUpload>'].join('\n')
}
