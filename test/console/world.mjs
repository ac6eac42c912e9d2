// A server with something to see on every page of the console, and the list of those pages.

import OSS from 'ali-oss'
import { startServer } from '../support/start-server.mjs'

/**
 * Pages by their address. `ready` is a selector that exists once a page has loaded; `prepare` opens something on it.
 * @type {readonly { name: string, address: string, ready: string, prepare?: (page: import('playwright-core').Page) => Promise<void> }[]}
 */
export const PAGES = [
  { name: 'buckets', address: '#/buckets', ready: 'tbody tr' },
  {
    name: 'create-bucket',
    address: '#/buckets',
    ready: 'tbody tr',
    prepare: async (page) => {
      await page.click('header .button.primary')
      await page.waitForSelector('dialog[open]')
      await page.click('dialog summary')
    },
  },
]

/** Starts a server with buckets and objects. */
export async function startWorld() {
  const server = await startServer({ args: ['--buckets', 'demo,film-archive,logs'] })
  const { endpoint, region, accessKeyId, accessKeySecret } = server
  const client = new OSS({
    ...{ endpoint, region: `oss-${region}`, accessKeyId, accessKeySecret },
    ...{ bucket: 'demo', authorizationV4: true, sldEnable: true },
  })
  await client.put('readme.txt', Buffer.from('Hello from Bindery\n'))
  return { server, client, stop: () => server.stop() }
}
