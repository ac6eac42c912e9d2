/** The facts about a server that a snippet contains. Only `secret` may contain characters that have a meaning in some language. */
export interface Facts {
  /** `http://127.0.0.1:9000` */
  readonly endpoint: string
  /** `cn-hangzhou` */
  readonly region: string
  readonly bucket: string
  readonly accessKeyId: string
  /** As a literal of the snippet's language, with its quotes. */
  readonly secret: string
  /** A URL that is signed for one method on `hello.txt`, for an hour. */
  readonly presign: (method: 'GET' | 'PUT') => string
}

/** A program that stores `hello.txt` and reads it back, as lines to paste into a shell. */
export interface Snippet {
  /** The library or program, as its authors write it. */
  readonly title: string
  /** The programs that must be installed; '' if a shell is enough. */
  readonly needs: string
  /** Why no test of this repository runs it; undefined if one does. */
  readonly untested?: 'noPackage' | 'noToolchain'
  /** Whether it works only with a bucket that exists. */
  readonly needsBucket?: true
  /** Writes a text as a literal of the snippet's language. */
  readonly quote: (text: string) => string
  readonly script: (facts: Facts) => string
}

/** A literal in double quotes, as JSON, JavaScript, Python, Go, Java, C and their relatives read it. */
export const doubleQuoted = (text: string): string => JSON.stringify(text)

/** A word for a POSIX shell. */
export const shellQuoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`

/** A literal of PHP in single quotes, in which only the quote and the backslash have a meaning. */
export const phpQuoted = (text: string): string => `'${text.replace(/['\\]/g, String.raw`\$&`)}'`

/** A literal of SQL, in which only the quote has a meaning. */
export const sqlQuoted = (text: string): string => `'${text.replaceAll("'", "''")}'`

/** A value in a YAML file of Spring, which replaces `${` unless it follows a backslash. */
export const springQuoted = (text: string): string => JSON.stringify(text.replaceAll('${', String.raw`\${`))

/** HCL interpolates `${` and `%{`. */
export const hclQuoted = (text: string): string => JSON.stringify(text).replace(/([$%])\{/g, '$1$1{')

/** Whether an endpoint is reached by TLS. */
export const isSecure = (endpoint: string): boolean => endpoint.startsWith('https:')
