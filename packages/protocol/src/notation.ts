/** Kinds of text that protocols over the same operations spell differently. */
export type Spelled = 'etag' | 'storageClass' | 'sseAlgorithm' | 'keyId'

/** Translates between a protocol's text and the one that the declarations describe, which is OSS's. */
export interface Spelling {
  /** A text that means nothing in the protocol is returned as it is; the codec then refuses it. */
  read(text: string): string
  write(text: string): string
}

/** How a protocol writes what the declarations describe in OSS's words. */
export interface Notation {
  /** The header or query key for one that OSS documents (`x-oss-acl`); undefined if the protocol has none. */
  nameOf(documented: string): string | undefined
  /** The prefix of headers that hold user metadata, in lower case. */
  readonly metadataPrefix: string
  /** The form of their names after it. */
  readonly metadataName: RegExp
  /** Whether slashes stay as they are in a percent-encoded listing; absent: they are encoded. */
  readonly keepsSlashes?: true
  /** The namespace of result documents; absent: they have none. */
  readonly namespace?: string
  readonly spellings: Readonly<Partial<Record<Spelled, Spelling>>>
}

/** The notation of OSS itself: names and values as documented. */
export const OSS_NOTATION: Notation = {
  nameOf: (documented) => documented,
  metadataPrefix: 'x-oss-meta-',
  metadataName: /^[a-z0-9-]+$/,
  spellings: {},
}
