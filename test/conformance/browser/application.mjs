// An application with a page that uploads from the browser: it signs what the page may do, and never passes on its own key.

import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { servePage } from './page-server.mjs'

const SDK = fileURLToPath(import.meta.resolve('ali-oss/dist/aliyun-oss-sdk.min.js'))

const PAGE = `<!doctype html>
<meta charset="utf-8">
<title>Uploads</title>
<script src="/sdk.js"></script>
<input type="file" id="file">
<button id="upload">Upload</button>
<script>
  const json = async (path) => (await fetch(path)).json()
  const chosen = () => document.getElementById('file').files[0]

  /** With a temporary key, in parts; resolves with the answer of the callback. */
  async function uploadParts(name) {
    const { client: options, callback } = await json('/temporary-key')
    const progress = []
    const client = new OSS(options)
    const { res, data, etag } = await client.multipartUpload(name, chosen(), {
      parallel: 4,
      partSize: 100 * 1024,
      meta: { year: 2026, people: 'test' },
      mime: 'text/plain',
      progress: (share) => progress.push(share),
      callback,
    })
    const checked = await client.head(name)
    return { status: res.status, data, etag, progress: progress.at(-1), meta: checked.meta.people }
  }

  /** By a URL that the application has signed. */
  async function putByUrl(path) {
    const { url } = await json(path)
    const answer = await fetch(url, { method: 'PUT', body: chosen() })
    return { status: answer.status, etag: answer.headers.get('ETag'), text: await answer.text() }
  }

  function formOf(fields) {
    const form = new FormData()
    for (const [name, value] of Object.entries(fields)) form.append(name, value)
    form.append('file', chosen())
    return form
  }

  /** By a form whose policy the application has signed. */
  async function post(path) {
    const { url, fields } = await json(path)
    const answer = await fetch(url, { method: 'POST', body: formOf(fields) })
    return { status: answer.status, text: await answer.text() }
  }

  /** The same form, sent as the page's own navigation. */
  async function submit(path) {
    const { url, fields } = await json(path)
    const form = document.createElement('form')
    Object.assign(form, { method: 'POST', enctype: 'multipart/form-data', action: url })
    for (const [name, value] of Object.entries(fields)) {
      form.append(Object.assign(document.createElement('input'), { type: 'hidden', name, value }))
    }
    const file = document.getElementById('file')
    file.name = 'file'
    form.append(file)
    document.body.append(form)
    setTimeout(() => form.submit())
  }

  let uploaded
  document.getElementById('upload').addEventListener('click', () => {
    uploaded = uploadParts('in/clicked')
  })
</script>
`

/**
 * Serves the page and, below it, what `answers` has for a path.
 * @param {Record<string, () => Promise<object>>} answers
 */
export async function startPage(answers) {
  return servePage({ page: PAGE, scripts: { '/sdk.js': await readFile(SDK) }, answers })
}
