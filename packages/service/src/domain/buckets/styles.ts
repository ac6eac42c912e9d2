/** The image styles of a bucket. */

import { type BucketName, type BucketSettings, OssError, STYLES_MAX } from '@bindery/protocol'
import { type Awaitable, andThen } from '@bindery/storage'
import type { Domain } from '../domain.js'
import { readDocument } from '../stored/documents.js'
import { changeDocument, findDocument } from './documents.js'

const DOCUMENT = { kind: 'style', rowsMax: 4 } as const

/** One image style of a bucket. */
export type Style = BucketSettings['style']['styles'][number]

/** Sets a style; one that exists keeps the time of its creation. Throws noSuchBucket, styleTooMany, entityTooLarge. */
export async function putStyle(
  domain: Domain,
  bucket: BucketName,
  style: Pick<Style, 'name' | 'content' | 'category'>,
): Promise<void> {
  const now = domain.clock()
  await changeDocument(domain, bucket, DOCUMENT, async ({ tx, bucket: record }) => {
    const before = (await readDocument(tx, record, 'style'))?.styles ?? []
    const known = before.find(({ name }) => name === style.name)
    const changed = { ...style, createTime: known?.createTime ?? now, lastModifyTime: now }
    if (known !== undefined) return { styles: before.map((one) => (one === known ? changed : one)) }
    if (before.length >= STYLES_MAX) throw new OssError('styleTooMany', { max: STYLES_MAX })
    return { styles: [...before, changed] }
  })
}

/** Deletes a style if it exists. Throws noSuchBucket. */
export async function deleteStyle(domain: Domain, bucket: BucketName, name: string): Promise<void> {
  await changeDocument(domain, bucket, DOCUMENT, async ({ tx, bucket: record }) => {
    const before = (await readDocument(tx, record, 'style'))?.styles ?? []
    const styles = before.filter((style) => style.name !== name)
    return styles.length === 0 ? undefined : { styles }
  })
}

/** In the order in which they were first set. Throws noSuchBucket. */
export function findStyles(domain: Domain, bucket: BucketName): Awaitable<readonly Style[]> {
  return andThen(findDocument(domain, bucket, 'style'), (found) => found?.styles ?? [])
}
