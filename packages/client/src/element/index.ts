/** `<oss-uploader>`: an element that uploads the files that a user chooses or drops. */
import { droppedFiles } from '../browser/dropped-files.js'
import type { UploadQueue } from '../queue/queue.js'
import type { AddFilesOptions } from '../types/queue.js'
import type { UploadTask } from '../types/upload.js'
import { type UploaderWords, uploaderWords } from './words.js'

/** So that the module can be loaded, and not used, where there are no pages. */
const Base = globalThis.HTMLElement ?? (class {} as typeof HTMLElement)

const STYLE = `
  :host { display: block; font: inherit }
  label { display: block; padding: 1.5em; border: 2px dashed currentColor; border-radius: .5em; text-align: center; cursor: pointer }
  label:focus-within, label.over { outline: 2px solid currentColor; outline-offset: 2px }
  input { position: absolute; opacity: 0; width: 1px; height: 1px }
  ul { list-style: none; margin: .5em 0 0; padding: 0 }
  li { display: grid; grid-template-columns: 1fr 8em auto auto; gap: .5em; align-items: center; padding: .25em 0 }
  .name { overflow: hidden; text-overflow: ellipsis; white-space: nowrap }
  progress { width: 100% }
`

/** One upload in the list. */
interface Row {
  readonly item: HTMLLIElement
  readonly bar: HTMLProgressElement
  readonly state: HTMLElement
  readonly toggle: HTMLButtonElement
  /** The message of the last failure. */
  failure: string
}

/**
 * Uploads files by the queue in its property `queue`, below the prefix in its attribute `prefix`; with `multiple` several. Other options
 * of the uploads are in its property `options`. It is in the language of the page. Uploads are reported by the events of the queue.
 */
export class OssUploader extends Base {
  #options: AddFilesOptions = {}
  #queue: UploadQueue | undefined
  readonly #rows = new Map<UploadTask, Row>()
  #unwatch = () => {}
  #list: HTMLUListElement | undefined

  /** The options of the uploads that are added. */
  get options(): AddFilesOptions {
    return this.#options
  }

  set options(options: AddFilesOptions) {
    this.#options = options
  }

  get queue(): UploadQueue | undefined {
    return this.#queue
  }

  set queue(queue: UploadQueue | undefined) {
    this.#queue = queue
    if (this.isConnected) this.#watch()
  }

  connectedCallback(): void {
    // a page may have set them before the element was known: then they hide those of the class
    for (const name of ['options', 'queue'] as const) this.#upgrade(name)
    if (this.shadowRoot === null) this.#build(this.attachShadow({ mode: 'open' }))
    this.#watch()
  }

  disconnectedCallback(): void {
    this.#unwatch()
  }

  #upgrade(name: 'options' | 'queue'): void {
    if (!Object.hasOwn(this, name)) return
    const { [name]: value } = this
    Reflect.deleteProperty(this, name)
    Object.assign(this, { [name]: value })
  }

  get #words(): UploaderWords {
    return uploaderWords(this.closest('[lang]')?.getAttribute('lang') ?? navigator.language)
  }

  #build(root: ShadowRoot): void {
    const words = this.#words
    const input = made('input', { type: 'file', multiple: this.hasAttribute('multiple') })
    const zone = made('label', { textContent: `${words.choose} ${words.drop}` })
    zone.append(input)
    this.#list = made('ul', { ariaLive: 'polite' })
    input.addEventListener('change', () => {
      this.#add(input.files ?? [])
      input.value = ''
    })
    zone.addEventListener('dragover', (event) => {
      event.preventDefault()
      zone.className = 'over'
    })
    zone.addEventListener('dragleave', () => {
      zone.className = ''
    })
    zone.addEventListener('drop', async (event) => {
      event.preventDefault()
      zone.className = ''
      if (event.dataTransfer !== null) this.#add(await droppedFiles(event.dataTransfer))
    })
    root.append(made('style', { textContent: STYLE }), zone, this.#list)
  }

  #add(files: Parameters<UploadQueue['addFiles']>[0]): void {
    const given = this.hasAttribute('multiple') ? [...files] : [...files].slice(0, 1)
    this.#queue?.addFiles(given, { prefix: this.getAttribute('prefix') ?? '', ...this.#options })
  }

  #watch(): void {
    this.#unwatch()
    const queue = this.#queue
    this.#list?.replaceChildren()
    this.#rows.clear()
    if (queue === undefined) return
    const show = () => {
      for (const task of queue) this.#show(task)
    }
    const ends = [queue.on('task', show), queue.on('progress', show)]
    this.#unwatch = () => {
      for (const end of ends) end()
    }
    show()
  }

  #show(task: UploadTask): void {
    if (task.state === 'aborted') {
      this.#rows.get(task)?.item.remove()
      return
    }
    const row = this.#rows.get(task) ?? this.#row(task)
    const { ratio } = task.progress
    const isDone = task.state === 'done'
    if (isDone) row.bar.value = 1
    else if (ratio === null) row.bar.removeAttribute('value')
    else row.bar.value = ratio
    row.state.textContent = this.#stateOf(task, row)
    row.toggle.hidden = isDone
    row.toggle.textContent = isHeld(task) ? this.#words.resume : this.#words.pause
  }

  #row(task: UploadTask): Row {
    const words = this.#words
    const item = made('li', {})
    const bar = made('progress', { max: 1, ariaLabel: task.key })
    const state = made('span', {})
    const toggle = made('button', { type: 'button' })
    const remove = made('button', { type: 'button', textContent: words.remove })
    toggle.addEventListener('click', () => (isHeld(task) ? task.resume() : void task.pause()))
    remove.addEventListener('click', () => {
      if (task.state !== 'done') void task.abort()
      item.remove()
    })
    const name = made('span', { className: 'name', textContent: task.key, title: task.key })
    const buttons = made('span', {})
    buttons.append(toggle, ' ', remove)
    item.append(name, bar, state, buttons)
    this.#list?.append(item)
    const row: Row = { item, bar, state, toggle, failure: '' }
    this.#rows.set(task, row)
    task.on('error', ({ message }) => {
      row.failure = message
      this.#show(task)
    })
    return row
  }

  #stateOf({ state, progress }: UploadTask, { failure }: Row): string {
    const words = this.#words
    if (state === 'done') return words.done
    if (state === 'paused' || state === 'pausing') return words.paused
    if (state === 'offline') return words.offline
    if (state === 'queued') return words.waiting
    if (state === 'failed') return words.failed(failure)
    return words.running(Math.floor((progress.ratio ?? 0) * 100))
  }
}

/** Makes the element known to the page, under a name with a hyphen. A name that is known already is left as it is. */
export function defineUploader(name = 'oss-uploader'): void {
  if (customElements.get(name) === undefined) customElements.define(name, OssUploader)
}

function isHeld({ state }: UploadTask): boolean {
  return state === 'paused' || state === 'pausing' || state === 'failed'
}

function made<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  properties: Partial<HTMLElementTagNameMap[Tag]>,
): HTMLElementTagNameMap[Tag] {
  return Object.assign(document.createElement(tag), properties)
}
