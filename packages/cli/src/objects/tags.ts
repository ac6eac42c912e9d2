/** A document of tags, of an object or of a bucket. */
export interface TagsDocument {
  readonly tagSet: { readonly tags: readonly { readonly key: string; readonly value: string }[] }
}

/** The document for tags. */
export function tagsDocument(tags: Readonly<Record<string, string>>): TagsDocument {
  return { tagSet: { tags: Object.entries(tags).map(([key, value]) => ({ key, value })) } }
}

/** The tags of a document. */
export function tagsIn({ tagSet }: TagsDocument): Record<string, string> {
  return Object.fromEntries(tagSet.tags.map(({ key, value }) => [key, value]))
}
