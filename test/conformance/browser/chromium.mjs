// A real browser for tests: Chromium without a window, driven by the DevTools protocol over two pipes.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'

const FLAGS = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--remote-debugging-pipe']
/** Messages in both directions end with a zero byte. */
const END = '\0'

/** Starts Chromium with a profile of its own and further flags. `stop` ends it and removes the profile. */
export async function startChromium(flags = []) {
  const profile = await mkdtemp(path.join(tmpdir(), 'bindery-chromium-'))
  const child = spawn('chromium', [...FLAGS, ...flags, `--user-data-dir=${profile}`], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
  })
  const exited = once(child, 'exit')
  const protocol = new Protocol(child.stdio[3], child.stdio[4])
  return {
    open: (url) => openPage(protocol, url),
    stop: async () => {
      void protocol.send('Browser.close')
      await exited
      await rm(profile, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

class Protocol {
  #input
  #waiting = new Map()
  #listeners = new Set()
  #last = 0

  constructor(input, output) {
    this.#input = input
    let text = ''
    output.setEncoding('utf8').on('data', (chunk) => {
      text += chunk
      const messages = text.split(END)
      text = messages.pop()
      for (const message of messages) this.#receive(JSON.parse(message))
    })
  }

  /** Sends a command, to a page if it has a session, and resolves with its result. */
  send(method, params = {}, sessionId = undefined) {
    this.#last += 1
    const id = this.#last
    this.#input.write(JSON.stringify({ id, method, params, sessionId }) + END)
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }))
  }

  /** Resolves with the next event of a session. */
  next(method, sessionId) {
    return new Promise((resolve) => {
      const listener = (event) => {
        if (event.method !== method || event.sessionId !== sessionId) return
        this.#listeners.delete(listener)
        resolve(event.params)
      }
      this.#listeners.add(listener)
    })
  }

  #receive(message) {
    if (message.id === undefined) {
      for (const listener of [...this.#listeners]) listener(message)
      return
    }
    const { resolve, reject } = this.#waiting.get(message.id)
    this.#waiting.delete(message.id)
    if (message.error === undefined) resolve(message.result)
    else reject(new Error(message.error.message))
  }
}

/** Opens a page and resolves when it has loaded. */
async function openPage(protocol, url) {
  const { targetId } = await protocol.send('Target.createTarget', { url: 'about:blank' })
  const { sessionId } = await protocol.send('Target.attachToTarget', { targetId, flatten: true })
  const send = (method, params) => protocol.send(method, params, sessionId)
  await send('Page.enable')
  const loaded = protocol.next('Page.loadEventFired', sessionId)
  await send('Page.navigate', { url })
  await loaded
  const evaluate = async (expression) => {
    const { result, exceptionDetails } = await send('Runtime.evaluate', {
      expression,
      awaitPromise: true,
      returnByValue: true,
    })
    if (exceptionDetails === undefined) return result.value
    throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text)
  }
  return {
    /** The value of an expression in the page, a promise being awaited. */
    evaluate,
    /** Does something that loads another page, and resolves with its address. */
    navigate: async (expression) => {
      const next = protocol.next('Page.loadEventFired', sessionId)
      await evaluate(expression)
      await next
      return evaluate('location.href')
    },
    /** Chooses a file of this machine in an input of the page. */
    choose: async (selector, file) => {
      const { root } = await send('DOM.getDocument')
      const { nodeId } = await send('DOM.querySelector', { nodeId: root.nodeId, selector })
      await send('DOM.setFileInputFiles', { nodeId, files: [file] })
    },
    /** Drops files or folders of this machine at a point of the page. */
    drop: async (x, y, ...files) => {
      const data = { items: [], files, dragOperationsMask: 1 }
      for (const type of ['dragEnter', 'dragOver', 'drop']) await send('Input.dispatchDragEvent', { type, x, y, data })
    },
    /** Takes the network from the page, or returns it. */
    setOffline: async (offline) => {
      await send('Network.enable')
      const unlimited = { latency: 0, downloadThroughput: -1, uploadThroughput: -1 }
      await send('Network.emulateNetworkConditions', { offline, ...unlimited })
    },
  }
}
