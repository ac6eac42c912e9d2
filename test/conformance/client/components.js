// A page with an element of uploads, and with a component that follows one. The tests call its functions.

import { createClient } from '@bindery/client/browser'
import { defineUploader } from '@bindery/client/element'
import { useQueue, useUpload } from '@bindery/client/react'
import { createElement } from 'react'
import { createRoot } from 'react-dom/client'

const PART = 256 * 1024
const settings = await (await fetch('/settings')).json()
const { endpoint, bucket, ...credentials } = settings
const client = createClient({ endpoint, bucket, auth: { credentials } })
const queue = client.queue({ files: 1 })
const element = document.querySelector('oss-uploader')

element.options = { partSize: PART, multipartThreshold: PART, parallel: 1, bytesPerSecond: 4 * PART }
element.queue = queue
defineUploader()
defineUploader() // a second time it changes nothing

const root = () => element.shadowRoot
const buttons = (row) => [...row.querySelectorAll('button')]

function fileOf(name, size) {
  return new File([new Uint8Array(size).fill(7)], name)
}

/** Chooses files in the element. */
globalThis.choose = (...sizes) => {
  const transfer = new DataTransfer()
  for (const [index, size] of sizes.entries()) transfer.items.add(fileOf(`file-${index}`, size))
  const input = root().querySelector('input')
  input.files = transfer.files
  input.dispatchEvent(new Event('change'))
}

globalThis.press = (index, button) => buttons(root().querySelectorAll('li')[index])[button].click()

globalThis.rows = () =>
  [...root().querySelectorAll('li')].map((row) => ({
    name: row.querySelector('.name').textContent,
    state: row.querySelector('.name ~ span').textContent,
    value: row.querySelector('progress').value,
    label: row.querySelector('progress').ariaLabel,
    toggle: buttons(row)[0].hidden ? '' : buttons(row)[0].textContent,
  }))

/** Resolves when the element shows what a test waits for. */
globalThis.until = async (test) => {
  while (!test(globalThis.rows())) await new Promise((resolve) => setTimeout(resolve, 10))
  return globalThis.rows()
}

globalThis.text = () => root().querySelector('label').textContent

globalThis.rendered = []
let begin

function Page() {
  const { view, task, upload } = useUpload(client)
  const { tasks, progress } = useQueue(queue)
  begin = upload
  if (view !== undefined)
    globalThis.rendered.push([view.state, view.progress.ratio, view.error?.code, view.result?.size])
  return createElement('p', {}, `${task?.key} ${view?.state} ${tasks.length} ${progress.files.done}`)
}

const place = document.getElementById('component')
createRoot(place).render(createElement(Page))

/** Uploads by the component, and resolves with its text when that has an end. */
globalThis.uploadByComponent = async (key, size, options = {}) => {
  begin(fileOf('x', size), { key, partSize: PART, multipartThreshold: PART, ...options })
  while (!new RegExp(`^${key} (?:done|failed)`).test(place.textContent))
    await new Promise((resolve) => setTimeout(resolve, 10))
  return place.textContent
}
