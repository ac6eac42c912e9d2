/** The console: what the page runs first. */
import { render } from 'preact'
import { Console } from './app/console.js'
import { startLanguage } from './app/language.js'
import { followAddress } from './app/route.js'
import { showTheme } from './app/theme.js'

showTheme()
followAddress()
await startLanguage()
const place = document.getElementById('app')
if (place !== null) render(<Console />, place)
