/** The image styles of a bucket. */

import { type BucketName, type BucketSettings, OssError, STYLES_MAX } from '@bindery/protocol'
import type { Awaitable } from '@bindery/storage'
import type { Domain } from '../domain.js'
import { changeListed, findListed, type ListedSettings, without } from './listed-settings.js'

/** One image style of a bucket. */
export type Style = BucketSettings['style']['styles'][number]

const STYLES: ListedSettings<'style', Style> = {
  kind: 'style',
  rowsMax: 4,
  settingsIn: ({ styles }) => styles,
  documentOf: (styles) => ({ styles }),
  nameOf: ({ name }) => name,
}

/** Sets a style; one that exists keeps the time of its creation. Throws noSuchBucket, styleTooMany, entityTooLarge. */
export async function putStyle(
  domain: Domain,
  bucket: BucketName,
  style: Pick<Style, 'name' | 'content' | 'category'>,
): Promise<void> {
  const now = domain.clock()
  await changeListed(domain, bucket, STYLES, (before) => {
    const known = before.find(({ name }) => name === style.name)
    const changed = { ...style, createTime: known?.createTime ?? now, lastModifyTime: now }
    if (known !== undefined) return before.map((one) => (one === known ? changed : one))
    if (before.length >= STYLES_MAX) throw new OssError('styleTooMany', { max: STYLES_MAX })
    return [...before, changed]
  })
}

/** Deletes a style if it exists. Throws noSuchBucket. */
export async function deleteStyle(domain: Domain, bucket: BucketName, name: string): Promise<void> {
  await changeListed(domain, bucket, STYLES, (before) => without(before, STYLES.nameOf, name))
}

/** In the order in which they were first set. Throws noSuchBucket. */
export function findStyles(domain: Domain, bucket: BucketName): Awaitable<readonly Style[]> {
  return findListed(domain, bucket, STYLES)
}
