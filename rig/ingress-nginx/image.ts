import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { goBuild, goVersion } from '../build/go-tools.ts'
import { archiveOf, buildImage, saveImage } from '../build/images.ts'
import { buildUnlessCached, digestOf } from '../build/cache.ts'
import { withScratchFolder } from '../build/scratch-folder.ts'
import { RIG } from '../paths.ts'
import { runCommand } from '../run-command.ts'
import { editTemplate } from './template.ts'

const MODULE = 'k8s.io/ingress-nginx'
const RELEASE = 'v1.11.0'
export const INGRESS_IMAGE = `localhost/ingress-nginx-controller:${RELEASE}`

const PACKAGES = [
  'ca-certificates',
  'dumb-init',
  'libnginx-mod-http-brotli-filter',
  'libnginx-mod-http-brotli-static',
  'libnginx-mod-http-headers-more-filter',
  'libnginx-mod-http-lua',
  'libnginx-mod-http-ndk',
  'libnginx-mod-http-set-misc',
  'libnginx-mod-stream',
  'lua-cjson',
  'lua-resty-core',
  'lua-resty-lrucache',
  'nginx',
]

/** Lua libraries that Debian does not have, each with the feature that needs it. */
const ABSENT: Readonly<Record<string, string>> = {
  chash: 'upstream-hash-by',
  cookie: 'affinity by cookie',
  'dns/resolver': 'Services of type ExternalName',
  global_throttle: 'global-rate-limit',
  http: 'OCSP stapling',
  ipmatcher: 'global-rate-limit',
  lock: 'load-balance: ewma',
}

/** The folder is made here because mmdebstrap empties `/tmp`. */
const DOCKERFILE = `FROM scratch
ADD rootfs.tar /
USER www-data
RUN mkdir /tmp/nginx
WORKDIR /etc/nginx
ENTRYPOINT ["/usr/bin/dumb-init", "--"]
CMD ["/nginx-ingress-controller"]
`

/**
 * Builds an image of the real controller of kubernetes/ingress-nginx, with its own Lua and template, on Debian's
 * nginx: the patched nginx of its own image is not available as a package. Resolves to the outcome.
 */
export async function makeIngressImage(): Promise<string> {
  const folders = [join(RIG, 'ingress-nginx'), join(RIG, 'modules/ingress-nginx')]
  const product = archiveOf(INGRESS_IMAGE)
  return buildUnlessCached(
    'ingress-nginx',
    [product],
    await digestOf(folders, [await goVersion()]),
    async () => {
      await withScratchFolder(async (folder) => {
        await buildController(folder)
        await writeConfiguration(join(folder, 'nginx'))
        await makeRootfs(folder)
        await writeFile(join(folder, 'Dockerfile'), DOCKERFILE)
        await buildImage(INGRESS_IMAGE, folder)
        await saveImage(INGRESS_IMAGE)
      })
    },
  )
}

async function buildController(folder: string): Promise<void> {
  const stamps = `-s -w -X ${MODULE}/version.RELEASE=${RELEASE} -X ${MODULE}/version.REPO=${MODULE}`
  for (const [name, main] of [
    ['nginx-ingress-controller', 'nginx'],
    ['dbg', 'dbg'],
  ] as const) {
    const output = ['-o', join(folder, name)]
    const flags = ['-trimpath', `-ldflags=${stamps}`, ...output, `${MODULE}/cmd/${main}`]
    await goBuild(join(RIG, 'modules/ingress-nginx'), flags)
  }
}

/** Writes the files below /etc/nginx that Debian's package does not have. */
async function writeConfiguration(folder: string): Promise<void> {
  const source = await runCommand('go', ['list', '-m', '-f', '{{.Dir}}', MODULE], {
    cwd: join(RIG, 'modules/ingress-nginx'),
  })
  const original = join(source.trim(), 'rootfs/etc/nginx')
  const lua = join(folder, 'lua')
  await mkdir(join(folder, 'template'), { recursive: true })
  await cp(join(original, 'lua'), lua, { recursive: true })
  await cp(join(original, 'nginx.conf'), join(folder, 'nginx.conf'))
  // Files of the module cache are read-only.
  await runCommand('chmod', ['--recursive', 'u+w', folder])
  await rm(join(lua, 'test'), { recursive: true, force: true })
  await cp(join(RIG, 'ingress-nginx/lua'), lua, { recursive: true })
  for (const [name, feature] of Object.entries(ABSENT)) {
    const path = join(lua, 'resty', `${name}.lua`)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, absentLibrary(name, feature))
  }
  const template = await readFile(join(original, 'template/nginx.tmpl'), 'utf8')
  await writeFile(join(folder, 'template/nginx.tmpl'), editTemplate(template))
}

/** A library that loads, since the controller's Lua loads all of them, but fails when it is called. */
function absentLibrary(name: string, feature: string): string {
  return `local absent = setmetatable({}, {
  __index = function()
    return function() error("${feature}: resty/${name} is not in this image") end
  end,
})
function absent.new() return absent end
return absent
`
}

async function makeRootfs(folder: string): Promise<void> {
  const inside = (name: string) => join(folder, name)
  await writeFile(inside('finish.sh'), FINISH)
  await runCommand('mmdebstrap', [
    '--quiet',
    '--variant=essential',
    `--include=${PACKAGES.join(',')}`,
    '--dpkgopt=path-exclude=/usr/share/doc/*',
    '--dpkgopt=path-exclude=/usr/share/man/*',
    '--dpkgopt=path-exclude=/usr/share/locale/*',
    `--customize-hook=copy-in ${inside('nginx')} /etc`,
    `--customize-hook=copy-in ${inside('nginx-ingress-controller')} ${inside('dbg')} /`,
    `--customize-hook=sh ${inside('finish.sh')} "$1"`,
    'bookworm',
    inside('rootfs.tar'),
  ])
}

/** The paths that the controller expects and writes to, as in its own image. */
const FINISH = `set -eu
cd "$1"
mkdir -p etc/ingress-controller/ssl etc/ingress-controller/auth etc/ingress-controller/geoip \\
  etc/ingress-controller/telemetry
chroot . chown --recursive www-data: /etc/nginx /etc/ingress-controller /var/lib/nginx /var/log/nginx
ln -s /usr/lib/nginx/modules etc/nginx/modules
ln -s /usr/sbin/nginx usr/bin/nginx
ln -sf /dev/stdout var/log/nginx/access.log
ln -sf /dev/stderr var/log/nginx/error.log
`
