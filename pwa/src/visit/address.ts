// The id of a subject from the address of its page: `/household/d1.2` is `household/d1.2`.

export function idFrom(param: string | readonly string[] | undefined, kind: string): string {
  const given = typeof param === 'string' ? param : (param ?? []).join('/')
  return given.startsWith(`${kind}/`) ? given : `${kind}/${given}`
}
