// How the three apps are built, each alone: phone, desk, resident. What they do is in src, not here.
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { defineConfig, type PluginOption, type UserConfig } from 'vite'
import { VitePWA } from 'vite-plugin-pwa'
import { packWords } from './packed.ts'

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

const { version } = JSON.parse(readFileSync(here('package.json'), 'utf8')) as { version: string }

/** Where each app lives on the server, and what its build starts from. */
const apps: Record<string, { base: string; root: string; input: string }> = {
  phone: { base: '/app/', root: 'phone', input: 'phone/index.html' },
  desk: { base: '/desk/', root: 'desk', input: 'desk/index.html' },
  // The resident's page is made by the server; it finds these hashed files through .vite/manifest.json.
  resident: { base: '/r-assets/', root: '.', input: 'src/resident.ts' },
}

/** The phone alone works without a network, so it alone has a service worker. */
const offline = (): PluginOption =>
  VitePWA({
    strategies: 'injectManifest',
    srcDir: '../src/device',
    filename: 'sw.ts',
    scope: '/app/',
    // Never by itself: a reload would throw away a form that is half filled in.
    registerType: 'prompt',
    injectRegister: false,
    injectManifest: {
      // Old WebViews cannot run a service worker that is an ES module.
      rollupFormat: 'iife',
      target: 'chrome87',
      rollupOptions: { treeshake: { moduleSideEffects: (id) => id.endsWith('/sw.ts') } },
      globPatterns: ['**/*.{js,css,html,svg,png,webmanifest}'],
    },
    manifest: {
      id: '/app/',
      name: '速来办',
      short_name: '速来办',
      description: '小事不出网格、大事不出镇村、矛盾不上交',
      lang: 'zh-CN',
      start_url: '/app/',
      scope: '/app/',
      display: 'standalone',
      orientation: 'portrait',
      theme_color: '#0e4c68',
      background_color: '#ffffff',
      icons: [
        { src: 'icon.svg', sizes: 'any', type: 'image/svg+xml' },
        { src: 'icon-192.png', sizes: '192x192', type: 'image/png' },
        { src: 'icon-512.png', sizes: '512x512', type: 'image/png' },
        { src: 'icon-maskable-512.png', sizes: '512x512', type: 'image/png', purpose: 'maskable' },
      ],
    },
  })

interface Build {
  getModuleInfo(id: string): { readonly isEntry: boolean; readonly importers: readonly string[] } | null
}

/** Whether one of these modules, or the app's start when there are none, needs a module at once: without `import()` on the way. */
function neededBy(...roots: readonly string[]): (id: string, build: Build) => boolean {
  const known = new Map<string, boolean>()
  const needed = (id: string, build: Build): boolean => {
    const before = known.get(id)
    if (before !== undefined) return before
    const info = build.getModuleInfo(id)
    const isRoot = roots.length === 0 ? info?.isEntry === true : roots.some((root) => id.endsWith(root))
    // Noted before the importers are asked: two modules may import each other.
    known.set(id, isRoot)
    const answer = isRoot || (info?.importers.some((one) => needed(one, build)) ?? false)
    known.set(id, answer)
    return answer
  }
  return needed
}

/** What a door passes on and does not use itself: it goes where it is used. */
const PASSED_ON = /\/src\/(sync\/rules\/|link\.ts)|\/tables\/facts\.json/
/** The Chinese words of later pages: who reads English does without them. */
const LATER_WORDS = /\/words\/zh\/(?!phone|today)/

/** The phone in few pieces, since small files pack badly: what one needs to enter, what the first page and the way to the server need, all later pages. */
function pieces(): { debugName: string; name: (id: string, build: Build) => string | null; priority: number }[] {
  const [start, door, today] = [
    neededBy(),
    neededBy('/src/enter/EnterPage.vue', '/src/device/entering.ts'),
    neededBy('/src/today/TodayPage.vue', '/src/device/placed.ts', '/src/device/hands.ts'),
  ]
  const piece = (name: string, priority: number, holds: (id: string, build: Build) => boolean) => ({
    ...{ debugName: name, priority },
    name: (id: string, build: Build) => (holds(id, build) ? name : null),
  })
  const used = (id: string): boolean => !PASSED_ON.test(id)
  return [
    piece('door', 4, (id, build) => used(id) && (start(id, build) || door(id, build))),
    piece('today', 3, (id, build) => used(id) && today(id, build)),
    // What both languages call their words by: nobody fetches the other language for it.
    piece('keys', 2, (id) => id.startsWith('virtual:keys/')),
    piece('en', 2, (id) => id.includes('/words/en')),
    piece('later', 1, (id) => !LATER_WORDS.test(id)),
  ]
}

const components = readdirSync(here('src'), { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.vue')).sort()

/** Names a component's styles by its number among all: random names do not pack. */
function shortId(path: string): string {
  const at = components.findIndex((one) => path.endsWith(`src/${one}`))
  if (at < 0) throw new Error(`${path} is no component of src`)
  return at.toString(36)
}

export default defineConfig(({ mode }): UserConfig => {
  const app = apps[mode]
  if (app === undefined) throw new Error(`--mode is one of ${Object.keys(apps).join(', ')}, not ${mode}`)
  return {
    root: here(app.root),
    base: app.base,
    // The law's tables as texts: they pack better than as code.
    json: { namedExports: false, stringify: true },
    publicDir: mode === 'phone' ? 'public' : false,
    plugins: [
      // Hoisted nodes would make rendering a little cheaper, and the phone 3 KB heavier.
      vue({ features: { optionsAPI: false, componentIdGenerator: shortId }, template: { compilerOptions: { hoistStatic: mode !== 'phone' } } }),
      mode === 'phone' && [packWords(), offline()],
    ],
    define: { __VERSION__: JSON.stringify(version) },
    // The law's tables lie outside this folder: one file for both languages.
    server: { fs: { allow: [here('..')] } },
    build: {
      outDir: here(`dist/${mode}`),
      emptyOutDir: true,
      // The oldest WebView that village phones are known to carry.
      target: 'chrome87',
      manifest: mode === 'resident',
      // Pieces of a page are found while it is parsed; a list of them all would weigh more than it saves.
      modulePreload: { polyfill: false, resolveDependencies: (_, files) => files.filter((file) => file.endsWith('.css')) },
      rolldownOptions: {
        input: here(app.input),
        ...(mode === 'phone' ? { output: { codeSplitting: { groups: pieces() } } } : {}),
        // Only what starts an app and what styles it acts by being loaded: the rest goes where it is used.
        treeshake: { moduleSideEffects: (id) => /\/src\/(phone|desk|resident)\.ts$|\.css/.test(id) },
      },
    },
  }
})
