/** The differences between the SQL of the protocols. */
export interface Grammar {
  /** The word for the object after FROM, in lower case. */
  readonly table: string
  /** The alias of the object where the query gives none. */
  readonly alias?: string
  /** Whether the object is a list of documents, so that a first `[*]` after its name means each of them. */
  readonly listsDocuments: boolean
  /** Whether functions can be called, and any expression be selected. */
  readonly hasFunctions: boolean
  /** The characters that stand for any text, and for one character, in a pattern of LIKE. */
  readonly anyText: string
  readonly anyCharacter: string
}

/** The grammar of OSS. @see https://help.aliyun.com/zh/oss/developer-reference/selectobject */
const OSS: Grammar = {
  table: 'ossobject',
  listsDocuments: false,
  hasFunctions: false,
  anyText: '%*',
  anyCharacter: '?',
}
/** The grammar of S3. @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-select-sql-reference.html */
const S3: Grammar = {
  table: 's3object',
  alias: 's3object',
  listsDocuments: true,
  hasFunctions: true,
  anyText: '%',
  anyCharacter: '_',
}

/** The grammars by the table of their queries. */
export const GRAMMARS = { ossobject: OSS, s3object: S3 } as const
/** The name of a table, which chooses the grammar. */
export type Table = keyof typeof GRAMMARS
