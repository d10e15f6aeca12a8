// What the build puts into the code: nothing here exists at run time under its own name.

/** The version this app was built as, the same as the server's of that release. */
declare const __VERSION__: string

declare module '*.css'

declare module '*.vue' {
  import type { DefineComponent } from 'vue'
  const component: DefineComponent
  export default component
}
