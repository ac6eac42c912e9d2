// A page of another origin than that of a server under test, with the answers of its application.

import { once } from 'node:events'
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { build } from 'esbuild'

/** A module of a page with all that it imports, as one script. */
export async function bundleOf(entryPoint, more = {}) {
  const { outputFiles } = await build({
    entryPoints: [entryPoint],
    ...{ bundle: true, write: false, format: 'iife', platform: 'browser', ...more },
  })
  return outputFiles[0].text
}

/**
 * Serves a page at all paths but those of scripts and answers. An answer gets the body and the URL of its request, and returns what is sent
 * as JSON.
 * @param {object} site
 * @param {string} site.page  HTML
 * @param {Record<string, string | Buffer>} site.scripts  by their paths
 * @param {Record<string, (body: string, url: URL) => unknown>} [site.answers]  by their paths
 * @param {Record<string, string>} [site.policies]  content security policies of the page, by its paths
 * @returns {Promise<{ url: string, stop: () => Promise<void> }>}  `url` has no slash at its end
 */
export async function servePage({ page, scripts, answers = {}, policies = {} }) {
  const server = createServer(async (request, response) => {
    const url = new URL(request.url, 'http://localhost')
    const { pathname } = url
    if (scripts[pathname] !== undefined) {
      response.setHeader('Content-Type', 'text/javascript').end(scripts[pathname])
    } else if (answers[pathname] !== undefined) {
      const answer = await answers[pathname](await text(request), url)
      response.setHeader('Content-Type', 'application/json').end(JSON.stringify(answer))
    } else {
      if (policies[pathname] !== undefined) response.setHeader('Content-Security-Policy', policies[pathname])
      response.setHeader('Content-Type', 'text/html; charset=utf-8').end(page)
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://localhost:${server.address().port}`,
    stop: async () => {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}
