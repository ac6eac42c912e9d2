import type { PageQuery } from '../domain/ram/identities.js'

const PAGE_SIZE_DEFAULT = 100

/** The page that a listing requests. */
export function pageOf({
  Marker,
  MaxItems,
}: {
  readonly Marker: string | undefined
  readonly MaxItems: number | undefined
}): PageQuery {
  return { marker: Marker, limit: MaxItems ?? PAGE_SIZE_DEFAULT }
}
