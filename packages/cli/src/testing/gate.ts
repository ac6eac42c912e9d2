/** A way to a server that holds uploads back, so that those that are under way at once can be counted, however fast the machine is. */
import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'
import { atEnd } from '../../../../test/support/at-end.mjs'

/** Without another upload for so long, those that are held go on. */
const QUIET_MS = 700

/** A gate that is open until its test ends. */
export interface Gate {
  readonly endpoint: string
  /** The most uploads that it has held at once since the last call. */
  most(): number
}

/** Opens a gate to the server at `endpoint`. */
export async function openGate(t: TestContext, endpoint: string): Promise<Gate> {
  const { hostname, port } = new URL(endpoint)
  let held: (() => void)[] = []
  let most = 0
  let timer: NodeJS.Timeout | undefined
  const release = () => {
    const waiting = held
    held = []
    for (const go of waiting) go()
  }
  const hold = (go: () => void) => {
    held.push(go)
    most = Math.max(most, held.length)
    clearTimeout(timer)
    timer = setTimeout(release, QUIET_MS)
  }
  const server = http.createServer((request, response) => {
    const { url: path = '', method, headers } = request
    const forward = () => {
      const onward = http.request({ hostname, port, path, method, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 500, answer.headers)
        answer.pipe(response)
      })
      onward.on('error', () => response.destroy())
      request.pipe(onward)
    }
    if (method === 'PUT') hold(forward)
    else forward()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  atEnd(t, () => {
    clearTimeout(timer)
    server.closeAllConnections()
    server.close()
  })
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    most() {
      const found = most
      most = 0
      return found
    },
  }
}
