import { createHash } from 'node:crypto'
import type { Retries } from './retries.js'
import type { S3Client } from './s3-client.js'
import { S3Failure, storageErrorOf } from './s3-failure.js'
import { blocksOf, elementOf, encoded } from './s3-xml.js'

/** The element of an answer that has seen all objects of its request. */
const ANSWER = /<DeleteResult[ />]/
/** Objects per request, by the protocol. */
const KEYS_MAX = 1_000

interface Waiting {
  readonly key: string
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/** Deletes the objects that are named within a turn, and while the last request travels, with one request. */
export class Deletions {
  readonly #client: S3Client
  readonly #retries: Retries
  readonly #prefix: string
  #deletesMany: boolean
  #waiting: Waiting[] = []
  #working: Promise<void> | undefined

  constructor(client: S3Client, retries: Retries, prefix: string, deletesMany: boolean) {
    this.#client = client
    this.#retries = retries
    this.#prefix = prefix
    this.#deletesMany = deletesMany
  }

  /** Resolves when the object does not exist any more. @param key without the prefix of the store */
  delete(key: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ key, resolve, reject })
      this.#working ??= this.#work()
    })
  }

  async #work(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve))
    while (this.#waiting.length > 0) {
      const some = this.#waiting.splice(0, this.#deletesMany ? KEYS_MAX : 16)
      if (some.length === 1 || !this.#deletesMany) await Promise.all(some.map((one) => this.#deleteOne(one)))
      else await this.#deleteMany(some)
    }
    // in the same turn: what comes after the last look starts the work again
    this.#working = undefined
  }

  async #deleteOne({ key, resolve, reject }: Waiting): Promise<void> {
    try {
      await this.#retries.run(() => this.#client.send({ method: 'DELETE', key: this.#prefix + key }))
      resolve()
    } catch (error) {
      if (error instanceof S3Failure && error.isMissing) resolve()
      else reject(storageErrorOf(error, `delete ${key}`))
    }
  }

  async #deleteMany(some: readonly Waiting[]): Promise<void> {
    const objects = some.map(({ key }) => `<Object><Key>${encoded(this.#prefix + key)}</Key></Object>`)
    const body = Buffer.from(`<Delete><Quiet>true</Quiet>${objects.join('')}</Delete>`)
    const headers = {
      'content-md5': createHash('md5').update(body).digest('base64'),
      'content-type': 'application/xml',
    }
    const request = { method: 'POST', key: '', query: { delete: '' }, headers, body: [body] } as const
    try {
      const text = await this.#retries.run(async () => {
        const answer = await this.#client.send(request)
        // a store that begins its answer before it knows the outcome may end it with an error, which names no object
        const isWhole = answer.text === '' || ANSWER.test(answer.text)
        const code = isWhole ? undefined : (elementOf(answer.text, 'Code') ?? 'NoDeleteResult')
        if (code !== undefined) throw new S3Failure(500, code, `delete ${some.length} objects: ${code}`)
        return answer.text
      })
      const failed = new Map(blocksOf(text, 'Error').map((block) => [elementOf(block, 'Key'), block]))
      for (const { key, resolve, reject } of some) {
        const block = failed.get(this.#prefix + key)
        const code = block === undefined ? 'NoSuchKey' : (elementOf(block, 'Code') ?? '')
        if (code === 'NoSuchKey') resolve()
        else reject(storageErrorOf(new S3Failure(500, code, code), `delete ${key}`))
      }
    } catch (error) {
      if (error instanceof S3Failure && (error.status === 501 || error.status === 405)) {
        this.#deletesMany = false
        await Promise.all(some.map((one) => this.#deleteOne(one)))
        return
      }
      for (const { key, reject } of some) reject(storageErrorOf(error, `delete ${key}`))
    }
  }
}
