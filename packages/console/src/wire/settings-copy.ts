/** All documents of a bucket's settings at once, to be kept in a file or given to another bucket. */
import { type Acl, readBucketAcl, writeBucketAcl } from './buckets.js'
import { DOCUMENTS, type DocumentName } from './document-kinds.js'
import { readDocument, writeDocument } from './documents.js'
import { ServerError } from './server-error.js'

/** The settings of a bucket. Names of settings that are not set, or may not be read, are absent. */
export interface BucketSettings {
  readonly acl: Acl
  readonly documents: Readonly<Partial<Record<DocumentName, string>>>
}

/** One part of settings: the ACL, or a document. */
export type SettingPart = 'acl' | DocumentName

/** Whether a setting is not there to be read: this person may not, or the server does not have it. Any other failure would leave it out unnoticed. */
export function isWithheld(error: unknown): boolean {
  return error instanceof ServerError && ((error.status >= 400 && error.status < 500) || error.status === 501)
}

/** The settings of a bucket as they are. Throws ServerError where the ACL may not be read, or the server does not answer. */
export async function readSettings(bucket: string, signal?: AbortSignal): Promise<BucketSettings> {
  const acl = await readBucketAcl(bucket, signal)
  const texts = await Promise.all(
    DOCUMENTS.map(async ({ name }) => {
      // what this person may not read, or the server keeps no default of, is left out
      const text = await readDocument(bucket, name, signal).catch((error: unknown) => {
        if (isWithheld(error)) return undefined
        throw error
      })
      return [name, text] as const
    }),
  )
  const isSet = ([name, text]: (typeof texts)[number]) =>
    // that of a bucket whose versions were never kept has no status, and cannot be given to another
    text !== undefined && (name !== 'versioning' || text.includes('<Status>'))
  return { acl, documents: Object.fromEntries(texts.filter(isSet)) }
}

/** The parts that settings have, the ACL first. */
export function partsOf({ documents }: BucketSettings): readonly SettingPart[] {
  return ['acl', ...DOCUMENTS.map(({ name }) => name).filter((name) => documents[name] !== undefined)]
}

/** Gives one part to a bucket; where a document names the bucket that it comes from, it names the new one. Throws ServerError. */
export async function applyPart(
  { acl, documents }: BucketSettings,
  part: SettingPart,
  { from, to }: { readonly from: string; readonly to: string },
): Promise<void> {
  if (part === 'acl') return writeBucketAcl(to, acl)
  const text = documents[part] ?? ''
  // resources of a policy begin with the name of their bucket
  const renamed = part === 'policy' ? text.replaceAll(`:${from}/`, `:${to}/`).replaceAll(`:${from}"`, `:${to}"`) : text
  await writeDocument(to, part, renamed)
}

/** The text of a file with settings. */
export function settingsText(bucket: string, settings: BucketSettings): string {
  return `${JSON.stringify({ bucket, ...settings }, undefined, 2)}\n`
}

/** The settings of a file, and the bucket that they come from; undefined for another file. */
export function settingsIn(text: string): (BucketSettings & { readonly bucket: string }) | undefined {
  try {
    const { bucket, acl, documents } = JSON.parse(text) as Record<string, unknown>
    if (typeof bucket !== 'string' || typeof acl !== 'string' || typeof documents !== 'object') return undefined
    const known = Object.entries(documents ?? {}).filter(
      ([name, value]) => typeof value === 'string' && DOCUMENTS.some((one) => one.name === name),
    )
    return { bucket, acl: acl as Acl, documents: Object.fromEntries(known) }
  } catch {
    return undefined
  }
}
