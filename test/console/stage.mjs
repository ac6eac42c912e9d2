// A server, a client of it and a browser for the tests of one file.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before } from 'node:test'
import OSS from 'ali-oss'
import { atEnd } from '../support/at-end.mjs'
import { startServer } from '../support/start-server.mjs'
import { openConsole, signIn, startBrowser } from './browser.mjs'

/** A client of a server that uses the first of its buckets. */
export function clientOf({ endpoint, region, accessKeyId, accessKeySecret }, bucket, more = {}) {
  return new OSS({
    ...{ endpoint, region: `oss-${region}`, accessKeyId, accessKeySecret, bucket },
    ...{ authorizationV4: true, sldEnable: true, timeout: 60_000, ...more },
  })
}

/**
 * Starts a server with buckets, and with more flags, before the tests of a file, calls `fill` with the stage, and stops all after them. The members of the
 * stage exist from then on: `server`, `client` of the first bucket, `browser`, `folder` for files, and `open`, which signs in and opens an address.
 */
export function useStage(buckets, fill = async () => {}, args = []) {
  const stage = {}
  before(async () => {
    stage.server = await startServer({ args: ['--buckets', buckets.join(','), ...args] })
    stage.client = clientOf(stage.server, buckets[0])
    stage.folder = await mkdtemp(path.join(tmpdir(), 'bindery-console-'))
    await fill(stage)
    Object.assign(stage, await startBrowser())
  })
  after(async () => {
    await stage.browser?.close()
    await stage.server?.stop()
    if (stage.folder !== undefined) await rm(stage.folder, { recursive: true })
  })
  stage.open = async (t, address, options) => {
    const opened = await openConsole(stage.browser, stage.server, options)
    atEnd(t, () => opened.context.close())
    await signIn(opened.page, stage.server)
    await opened.page.goto(`${stage.server.endpoint}/-/console/${address}`)
    return opened
  }
  return stage
}

/** Limits what a page sends per second, so that there is time to see its uploads. */
export async function slowDown(page, bytesPerSecond) {
  const session = await page.context().newCDPSession(page)
  await session.send('Network.enable')
  const speed = { latency: 0, downloadThroughput: -1, uploadThroughput: bytesPerSecond }
  await session.send('Network.emulateNetworkConditions', { offline: false, ...speed })
}
