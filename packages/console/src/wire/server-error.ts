import { all, type Element, parseXml, textOf } from '@bindery/client/xml'

/** An answer of the server that is a failure, or none at all. */
export class ServerError extends Error {
  /** 0 where no answer arrived. */
  readonly status: number
  readonly code: string
  /** Identifies the cause, where OSS has a number for it. */
  readonly ec: string | undefined
  readonly requestId: string | undefined
  /** Further elements of the answer, such as the string that the server signed. */
  readonly details: ReadonlyMap<string, string>

  constructor(fields: {
    readonly status: number
    readonly code: string
    readonly message: string
    readonly ec?: string | undefined
    readonly requestId?: string | undefined
    readonly details?: ReadonlyMap<string, string>
  }) {
    super(fields.message)
    this.name = 'ServerError'
    this.status = fields.status
    this.code = fields.code
    this.ec = fields.ec
    this.requestId = fields.requestId
    this.details = fields.details ?? new Map()
  }
}

/** The codes of answers to HEAD, which have no body. */
const CODES: Readonly<Record<number, string>> = { 403: 'AccessDenied', 404: 'NoSuchKey' }

/** The failure that a response describes, in XML, JSON, or by its status alone. */
export async function errorOf(response: Response): Promise<ServerError> {
  const { status, headers } = response
  const requestId = headers.get('x-oss-request-id') ?? undefined
  const ec = headers.get('x-oss-ec') ?? undefined
  const text = await response.text().catch(() => '')
  const details = text.startsWith('{') ? jsonDetails(text) : xmlDetails(text)
  return new ServerError({
    status,
    code: details.get('Code') ?? CODES[status] ?? String(status),
    message: details.get('Message') ?? response.statusText,
    ec: details.get('EC') ?? ec,
    requestId: details.get('RequestId') ?? requestId,
    details,
  })
}

function jsonDetails(text: string): ReadonlyMap<string, string> {
  try {
    return new Map(Object.entries(JSON.parse(text) as object).map(([name, value]) => [name, String(value)]))
  } catch {
    return new Map()
  }
}

/** The elements below the root of a document, by their names; none of what is not XML. */
export function xmlDetails(text: string): ReadonlyMap<string, string> {
  try {
    const root: Element = parseXml(text)
    return new Map(
      [...root.children.keys()].map((name) => [name, textOf(root, name) ?? String(all(root, name).length)]),
    )
  } catch {
    return new Map()
  }
}
