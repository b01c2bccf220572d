/** Preloaded with `--import`: when the process ends, it writes the URLs of all loaded modules to a file. */
import { writeFileSync } from 'node:fs'
import { registerHooks } from 'node:module'

const urls: string[] = []

registerHooks({
  load(url, context, next) {
    urls.push(url)
    return next(url, context)
  },
})

process.on('exit', () => {
  writeFileSync(process.env['LOADED_MODULES'] ?? '', JSON.stringify(urls))
})
