/** Programs and settings with which clients use this server; the tests of the command `bindery connect` run the programs. */
import { type Snippet, shellQuoted, snippets } from '../connect/index.js'

/** The values of a program. */
export interface Connection {
  readonly endpoint: string
  readonly region: string
  readonly accessKeyId: string
  readonly accessKeySecret: string
  readonly bucket: string
  /** Signed URLs of `hello.txt` in the bucket. */
  readonly urls: Readonly<Record<'GET' | 'PUT', string>>
}

/** Variables that Bindery and ossutil 2 read. */
const ENVIRONMENT: Snippet = {
  title: 'Bindery, ossutil 2 (environment)',
  needs: '',
  quote: shellQuoted,
  script: ({ endpoint, region, bucket, accessKeyId, secret }) => `export OSS_ENDPOINT=${endpoint}
export OSS_REGION=${region}
export OSS_ACCESS_KEY_ID=${accessKeyId}
export OSS_ACCESS_KEY_SECRET=${secret}
bindery ls oss://${bucket}`,
}

const ALL: ReadonlyMap<string, Snippet> = new Map([
  ['env', ENVIRONMENT] as const,
  // the client library of a clone has no address here
  ...[...snippets('')].filter(([name]) => name !== 'client'),
])

/** The clients by their names, with their titles. */
export const CLIENTS: readonly (readonly [name: string, title: string])[] = [...ALL].map(
  ([name, { title }]) => [name, title] as const,
)

/** A program with its values, what must be installed, and whether a test runs it; undefined for an unknown name. */
export function snippetFor(
  client: string,
  { accessKeySecret, urls, ...facts }: Connection,
): { readonly text: string; readonly needs: string; readonly isRun: boolean } | undefined {
  const snippet = ALL.get(client)
  if (snippet === undefined) return undefined
  const text = snippet.script({ ...facts, secret: snippet.quote(accessKeySecret), presign: (method) => urls[method] })
  return { text: text.trimEnd(), needs: snippet.needs, isRun: snippet.untested === undefined }
}
