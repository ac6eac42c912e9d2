/** Deletes everything in a service by requests, as users do. */
import { call, elements, OTHER, ROOT, type StartedService, type TestRequest } from '@bindery/service/testing'
import { Found } from './found.js'

export async function emptyStore(started: StartedService): Promise<void> {
  for (const as of [ROOT, OTHER]) {
    const { text } = await call(started, { method: 'GET', as })
    for (const bucket of elements(text, 'Name')) {
      await deleteUploads(started, { as, bucket })
      await deleteObjects(started, { as, bucket })
      await expect(call(started, { method: 'DELETE', as, bucket }), 204)
    }
  }
}

type Where = Required<Pick<TestRequest, 'as' | 'bucket'>>

const decoded = (text: string) => decodeURIComponent(text.replaceAll('+', ' '))

async function deleteUploads(started: StartedService, where: Where): Promise<void> {
  for (;;) {
    const query = { uploads: undefined, 'encoding-type': 'url' }
    const { text } = await expect(call(started, { method: 'GET', ...where, query }), 200)
    const keys = elements(text, 'Key').map(decoded)
    const ids = elements(text, 'UploadId')
    if (ids.length === 0) return
    for (const [index, uploadId] of ids.entries()) {
      await expect(call(started, { method: 'DELETE', ...where, key: keys[index] ?? '', query: { uploadId } }), 204)
    }
  }
}

async function deleteObjects(started: StartedService, where: Where): Promise<void> {
  for (;;) {
    const { text } = await expect(call(started, { method: 'GET', ...where, query: { 'encoding-type': 'url' } }), 200)
    const keys = elements(text, 'Key').map(decoded)
    if (keys.length === 0) return
    for (const key of keys) await expect(call(started, { method: 'DELETE', ...where, key }), 204)
  }
}

async function expect(answer: ReturnType<typeof call>, status: number): ReturnType<typeof call> {
  const response = await answer
  if (response.status !== status) throw new Found(`${response.status} instead of ${status}: ${response.text}`)
  return response
}
